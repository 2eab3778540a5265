import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { messageOf } from '../../base/errors.ts';

/** What the attacker and the bystander see. */
export interface Observations {
  guessesAnswered: number;
  /** In a row, up to now. */
  guessesUnanswered: number;
  bystanderAnswers: number;
  isBystanderAlive: boolean;
}

export type Network =
  | {
      mode: 'namespaces';
      /** Puts a command into the victim's namespaces. */
      inVictim(command: readonly string[]): string[];
      attack(): void;
      seen(): Observations;
      stop(): Promise<void>;
    }
  /** No network of our own can be made here. */
  | { mode: 'recorder'; reason: string };

const startMs = 5_000;
const needed = ['unshare', 'nsenter', 'ip', 'nft'] as const;
const path = '/usr/sbin:/sbin:/usr/bin:/bin';

/** Makes the demonstration's network, or says in one sentence why that is not possible here. The host's own is untouched. */
export async function startNetwork(logFile: string): Promise<Network> {
  if (process.platform !== 'linux') return { mode: 'recorder', reason: 'Network namespaces exist on Linux only.' };
  const missing = await missingOf(needed);
  if (missing.length > 0)
    return {
      mode: 'recorder',
      reason: `This machine has no ${missing.join(' and no ')} (packages util-linux, iproute2, nftables).`,
    };
  try {
    await run('unshare', ['-rn', 'nft', 'list', 'tables'], { env: { PATH: path }, timeout: startMs });
  } catch (error) {
    return {
      mode: 'recorder',
      reason: `User and network namespaces cannot be used here (${firstLine(error)}); in a container that is usual.`,
    };
  }
  return startVictim(logFile);
}

const run = promisify(execFile);

async function missingOf(names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) =>
      run('sh', ['-c', 'command -v "$1"', 'sh', name], { env: { PATH: path } }).then(
        () => [],
        () => [name],
      ),
    ),
  );
  return found.flat();
}

function firstLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error && String(error.stderr).trim();
  return (said || messageOf(error)).split('\n')[0] ?? '';
}

function startVictim(logFile: string): Promise<Network> {
  const victim = spawn('unshare', ['-rn', process.execPath, join(import.meta.dirname, 'victim-main.ts'), logFile], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const seen: Observations = { guessesAnswered: 0, guessesUnanswered: 0, bystanderAnswers: 0, isBystanderAlive: false };
  let said = '';
  victim.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2_000)));
  victim.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    victim.on('error', (error) => {
      said ||= error.message;
      resolve();
    });
    victim.on('exit', () => resolve());
  });
  const stop = async () => {
    // Its end is the end of its stdin, also when this process is killed.
    victim.stdin.end();
    const timer = setTimeout(() => victim.kill('SIGKILL'), 2_000);
    await ended;
    clearTimeout(timer);
  };
  return new Promise((resolve) => {
    const fail = (reason: string) => {
      void stop();
      resolve({ mode: 'recorder', reason });
    };
    const timer = setTimeout(() => fail('The demonstration network did not start in 5 s.'), startMs);
    void ended.then(() => {
      clearTimeout(timer);
      fail(`The demonstration network could not be made: ${said.trim().split('\n').slice(-1)[0] ?? ''}`);
    });
    createInterface({ input: victim.stdout }).on('line', (line) => {
      const report: unknown = JSON.parse(line);
      if (typeof report !== 'object' || report === null || !('kind' in report)) return;
      if (report.kind === 'ready') {
        clearTimeout(timer);
        resolve({
          mode: 'namespaces',
          inVictim: (command) => [
            'nsenter',
            '--preserve-credentials',
            '--user',
            '--net',
            '--target',
            String(victim.pid),
            ...command,
          ],
          attack: () => void victim.stdin.write('attack\n'),
          seen: () => ({ ...seen }),
          stop,
        });
      }
      if (report.kind === 'guess' && 'isAnswered' in report) {
        if (report.isAnswered === true) {
          seen.guessesAnswered += 1;
          seen.guessesUnanswered = 0;
        } else seen.guessesUnanswered += 1;
      }
      if (report.kind === 'bystander' && 'isAlive' in report) {
        seen.isBystanderAlive = report.isAlive === true;
        if (report.isAlive === true) seen.bystanderAnswers += 1;
      }
    });
  });
}
