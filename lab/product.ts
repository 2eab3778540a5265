import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { until } from '../test/until.ts';

const root = resolve(import.meta.dirname, '..');
const starter = join(root, 'bin/firebreak.mjs');

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Product {
  folder: string;
  /** The state folder: database, keys, stop file. */
  state: string;
  /** `firebreak …` in the product's own network namespace. */
  cli(...args: string[]): Answer;
  /** The same with --json, parsed; throws when it fails. */
  json<T>(...args: string[]): T;
  /** The supervising process; its children are its process group. */
  process: ChildProcess;
  output(): string;
  /** kill -9 of everything that belongs to it, PostgreSQL included. */
  killAll(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Installs a config in `folder` and starts the product from it, in the network namespace when one is given. */
export async function startProduct(options: {
  folder: string;
  namespace?: string;
  config: Record<string, unknown>;
}): Promise<Product> {
  const state = join(options.folder, 'state');
  mkdirSync(options.folder, { recursive: true });
  const config = join(options.folder, 'firebreak.yml');
  writeFileSync(config, stringify({ state_dir: state, demonstration: 'off', ...options.config }));
  const prefix = options.namespace ? ['ip', 'netns', 'exec', options.namespace] : [];
  const command = (...args: string[]) =>
    [...prefix, process.execPath, '--disable-warning=ExperimentalWarning', ...args] as [string, ...string[]];
  const env = { ...process.env, FIREBREAK_CONFIG: config, NO_COLOR: '1' };

  let child: ChildProcess;
  let output = '';

  async function start(): Promise<void> {
    // What `npm start` runs; it becomes the server, under the same process id.
    const [program, ...args] = command(starter, 'serve');
    child = spawn(program, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    await until(
      () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`The product ended with ${child.exitCode ?? child.signalCode}:\n${output}`);
        return /is ready in \d+ ms/.test(output);
      },
      { timeoutMs: 120_000, what: 'the product to be ready' },
    );
  }

  function cli(...args: string[]): Answer {
    const [program, ...rest] = command(starter, ...args);
    const result = spawnSync(program, rest, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
    return { code: result.status ?? 1, stdout: result.stdout, stderr: result.stderr };
  }

  const killAll = async () => {
    for (const pid of membersOf(state, child.pid)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the listing and the signal.
      }
    }
    if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done));
  };

  try {
    await start();
  } catch (error) {
    await killAll();
    throw error;
  }
  return {
    folder: options.folder,
    state,
    cli,
    json(...args) {
      const { code, stdout, stderr } = cli(...args, '--json');
      if (code !== 0) throw new Error(`firebreak ${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as never;
    },
    get process() {
      return child;
    },
    output: () => output,
    killAll,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    },
    start,
  };
}

/** Every process that names the state folder in its command line or environment, all of the group of `leader`, and their children. */
export function membersOf(state: string, leader: number | undefined): number[] {
  const listing = spawnSync('ps', ['-eo', 'pid=,ppid=,pgid='], { encoding: 'utf8' }).stdout;
  const all = listing
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, parent = 0, group = 0]) => (pid && pid !== process.pid ? [{ pid, parent, group }] : []));
  const members = new Set(
    all.filter(({ pid, group }) => group === leader || wordsOf(pid).includes(state)).map(({ pid }) => pid),
  );
  for (let size = -1; size !== members.size;) {
    size = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return [...members];
}

function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
