/**
 * Kills the product at random moments under load and counts what became of every accepted event. Needs root and nftables; runs
 * in a network namespace of its own. Options: --kills 20 --rate 200 (events/s) --attacks 10 (of them, attacks of five events/s) --seed N. The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findEmbedded } from '../src/db/index.ts';
import { until } from '../test/until.ts';
import { quantile } from '../bench/contain/measure.ts';
import { startLoad } from './crash/attacks.ts';
import { checkAll, openCounts, progressOf, type Check } from './crash/counts.ts';
import { describeProcesses, isComplete, processesOf, type Kind } from './crash/processes.ts';
import { createRandom } from './crash/random.ts';
import { startProduct, type Product } from './product.ts';
import { bruteForce, canRunLab } from './scene.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    rate: { type: 'string', default: '200' },
    attacks: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    inside: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
/** Start to ready. Above a load average of 4 the machine does other work too: three times as long, and above 8 longer with the load. */
const resumeMs = (load: number) => (load <= 4 ? 5_000 : 15_000 * Math.max(1, load / 8));
/** While the counts move, waiting goes on; this long without a change is standing still. */
const standstillMs = 60_000;

if (!canRunLab()) {
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}
if (!values.inside) {
  const { status } = spawnSync(
    'unshare',
    ['--net', process.execPath, import.meta.filename, ...process.argv.slice(2), '--inside'],
    {
      stdio: 'inherit',
    },
  );
  process.exit(status ?? 1);
}

spawnSync('ip', ['link', 'set', 'lo', 'up']);
const seed = Number(values.seed);
const random = createRandom(seed);
const folder = mkdtempSync(join(tmpdir(), 'firebreak-crash-'));
const logFile = join(folder, 'auth.log');
writeFileSync(logFile, '');

const checks: Check[] = [];
const starts: { ms: number; load: number }[] = [];
const killed = new Map<string, number>();

console.log(`seed ${seed}, ${values.kills} kills, ${values.rate} events/s, load ${loadavg()[0]?.toFixed(1)}`);
const product = await startProduct({
  folder: join(folder, 'product'),
  config: {
    respond: { enforcer: 'nftables', max_per_hour: 10_000_000, duration_s: 86_400 },
    sources: [{ kind: 'file', name: 'auth', path: logFile, format: 'sshd' }],
  },
});
try {
  await run(product);
} catch (error) {
  checks.push({
    name: 'the run came to its end',
    problems: [error instanceof Error ? (error.stack ?? '') : String(error)],
  });
  console.log(product.output().slice(-4_000));
} finally {
  await product.killAll();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
}
for (const { name, problems } of checks) {
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}${problems.length > 0 ? ` (${problems.length})` : ''}`,
  );
  for (const problem of problems.slice(0, 10)) console.log(`         ${problem}`);
}
const failed = checks.filter(({ problems }) => problems.length > 0).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function run(product: Product): Promise<void> {
  const armed = product.cli('arm', bruteForce, 'deny-address', '--yes');
  if (armed.code !== 0) throw new Error(`arm ended with ${armed.code}: ${armed.stderr}`);
  const created = product.cli('token', 'create', 'lab', 'event.write');
  const { url } = JSON.parse(readFileSync(join(product.state, 'cli-token'), 'utf8')) as { url: string };
  const load = startLoad({
    perSecond: Number(values.rate),
    attacksPerSecond: Number(values.attacks),
    logFile,
    url,
    token: created.stdout.trim(),
  });

  const doubled: string[] = [];
  for (let count = 1; count <= Number(values.kills); count++) {
    const kind = chooseKind();
    killed.set(kind, (killed.get(kind) ?? 0) + 1);
    await pause(200 + random() * 4_000);
    if (kind === 'server') await killServer(product);
    else if (kind === 'server while it starts') await killStarting(product);
    else await killPart(product, kind);
    const last = await untilComplete(product);
    if (last !== '') doubled.push(`after kill ${count} (${kind}): ${last}`);
    const { file, http } = load.accepted();
    console.log(
      `kill ${count}: ${kind}; ${file.length + http.length} attacks accepted; last start ${starts.at(-1)?.ms.toFixed(0)} ms; load ${loadavg()[0]?.toFixed(1)}`,
    );
  }
  await load.end();
  const { file, http, httpLines } = load.accepted();
  await settle(product, file.length + http.length);

  const lines = readFileSync(logFile, 'utf8').split('\n').length - 1;
  const ms = starts.map((start) => start.ms);
  console.log(
    [
      `killed: ${[...killed].map(([kind, times]) => `${times} × ${kind}`).join(', ')}`,
      `accepted: ${lines} lines of the file, ${httpLines} events by HTTP, ${file.length + http.length} attacks`,
      `sent again: ${[...load.retries].map(([why, times]) => `${times} × ${why}`).join(', ') || 'nothing'}`,
      `start to ready: median ${quantile(ms, 0.5).toFixed(0)} ms, most ${Math.max(...ms).toFixed(0)} ms of ${ms.length}`,
    ].join('\n'),
  );
  const slow = starts.filter(({ ms: took, load: at }) => took > resumeMs(at));
  checks.push({ name: 'after each kill there is one process of each kind', problems: doubled });
  checks.push({
    name: 'ready within 5 s (15 s above load 4, more above load 8)',
    problems: slow.map(({ ms: took, load: at }) => `${took.toFixed(0)} ms at load ${at.toFixed(1)}`),
  });
  const db = await counts(product);
  try {
    checks.push(...(await checkAll(db, { file, http, httpLines }, lines)));
  } finally {
    await db.close();
  }
  const verified = product.cli('ledger', 'verify');
  checks.push({
    name: 'the ledger verifies',
    problems: verified.code === 0 ? [] : [`exit ${verified.code}: ${verified.stdout}${verified.stderr}`],
  });
}

function chooseKind(): Exclude<Kind, never> | 'server while it starts' {
  const draw = random();
  if (draw < 0.6) return 'server';
  if (draw < 0.7) return 'server while it starts';
  if (draw < 0.8) return 'engine';
  return draw < 0.9 ? 'enforcer' : 'postmaster';
}

async function killServer(product: Product): Promise<void> {
  const ended = endOf(product);
  product.process.kill('SIGKILL');
  await ended;
  await restart(product);
}

/** A start that is killed in the middle, then one that is not. */
async function killStarting(product: Product): Promise<void> {
  const ended = endOf(product);
  product.process.kill('SIGKILL');
  await ended;
  const starting = product.start().catch(() => {});
  await pause(random() * 3_000);
  const endedAgain = endOf(product);
  product.process.kill('SIGKILL');
  await Promise.all([endedAgain, starting]);
  await restart(product);
}

async function killPart(product: Product, kind: Kind): Promise<void> {
  const pids = processesOf(product.state, product.process.pid)[kind];
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(() => processesOf(product.state, product.process.pid)[kind].every((pid) => !pids.includes(pid)), {
    what: `the ${kind} to be gone`,
  });
}

function endOf({ process: child }: Product): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', done));
}

async function restart(product: Product): Promise<void> {
  const startedAt = performance.now();
  await product.start();
  starts.push({ ms: performance.now() - startedAt, load: loadavg()[0] ?? 0 });
}

/** Empty when one of each is there soon; what was there otherwise. */
async function untilComplete(product: Product): Promise<string> {
  let last = '';
  try {
    await until(
      () => {
        const processes = processesOf(product.state, product.process.pid);
        last = describeProcesses(processes);
        return isComplete(processes);
      },
      { timeoutMs: 30_000, what: 'one process of each kind' },
    );
    return '';
  } catch {
    return last;
  }
}

async function counts(product: Product) {
  const url = await until(() => findEmbedded(join(product.state, 'postgres')), {
    timeoutMs: 30_000,
    what: 'the database',
  });
  return openCounts(url);
}

/** Waits while the product works off what it accepted; ends when all is done, or when nothing moves any more. */
async function settle(product: Product, attacks: number): Promise<void> {
  const db = await counts(product);
  const startedAt = performance.now();
  let seen = { text: '', at: startedAt };
  try {
    for (;;) {
      const { contained, left, text } = await progressOf(db);
      const now = performance.now();
      if (contained >= attacks && left === 0) break;
      if (text !== seen.text) seen = { text, at: now };
      else if (now - seen.at > standstillMs) {
        console.log(`It stands still with ${text} of ${attacks} attacks.`);
        break;
      }
      await pause(250);
    }
  } finally {
    await db.close();
  }
  console.log(`worked off ${((performance.now() - startedAt) / 1_000).toFixed(1)} s after the last attack`);
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
