import { createRequire } from 'node:module';
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { takeConfigFlags } from '../base/config-flags.ts';
import { loadConfig } from '../base/config.ts';
import { FirebreakError, messageOf, outcomeOf } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import { killRemaining } from './start/cut-off.ts';
import { createOnStop } from './start/on-stop.ts';
import { serve, type Serving } from './serve.ts';
import { welcome } from './welcome.ts';

const root = resolve(import.meta.dirname, '../..');
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
/** A stop that takes longer is cut off: the next start finds everything as after a crash. */
const stopWithinMs = 5_000;
/** One Ctrl-C can come several times at once: from the terminal, from npm and from bin/bootstrap.mjs. */
const sameSignalMs = 1_000;
/** A main thread that cannot even cut itself off is ended so much later. */
const hangMs = 500;

function fail(error: unknown): never {
  if (error instanceof FirebreakError) {
    const where = error.where?.file === undefined ? '' : `${error.where.file}:${error.where.line ?? 1}: `;
    process.stderr.write(`${where}${error.message} [${error.code}]\n→ ${error.fix}\n`);
    process.exit(outcomeOf[error.kind].exitCode);
  }
  process.stderr.write(
    `${error instanceof Error ? error.stack : messageOf(error)}\n→ This is a bug of Firebreak: please report it.\n`,
  );
  process.exit(1);
}

const help = `firebreak serve: starts the server. Every setting of the config is a flag:
  --http.port PORT  --http.host ADDRESS  --state-dir DIR  --config FILE  --log-level LEVEL  --insecure-http …
  (firebreak config --print-config shows all of them with their values)
`;

async function main(args: readonly string[]): Promise<void> {
  const { flags, rest } = takeConfigFlags(args);
  if (rest.includes('--help')) return void process.stdout.write(help);
  if (rest.length > 0) {
    process.stderr.write(`serve does not take ${rest.join(' ')}. [SERVER.USAGE]\n→ ${help}`);
    process.exit(2);
  }
  const startedAt = systemClock.now();
  const { config } = loadConfig({ env: process.env, flags, cwd: process.cwd() });
  const log = createLog('server', config.log_level);

  const onStop = createOnStop(log);
  let starting: Promise<Serving> | undefined;
  let stoppingSince: number | undefined;
  const stop = (signal: string) => {
    // Nobody whom we started may outlive us, and nothing may hold us up: this thread, or a hanging child.
    const leave = (code: number) => {
      killRemaining(process.pid, onStop.pids());
      process.exit(code);
    };
    if (stoppingSince !== undefined) {
      if (systemClock.now() - stoppingSince > sameSignalMs) leave(130);
      return;
    }
    stoppingSince = systemClock.now();
    log.info({ signal }, 'Firebreak stops.');
    setTimeout(() => {
      log.warn('Stopping took too long and was cut off.');
      leave(0);
    }, stopWithinMs);
    new Worker(join(import.meta.dirname, 'cut-off-main.ts'), {
      workerData: { withinMs: stopWithinMs + hangMs, more: onStop.pids() },
    }).on('error', (error) => log.debug({ error: messageOf(error) }, 'There is no watch over the stop.'));
    const ended = onStop.run();
    void Promise.allSettled([ended, starting])
      .then(() => onStop.run())
      .then(() => leave(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  process.on('unhandledRejection', (error) =>
    log.error(
      { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined },
      'A promise failed and nobody looked: a bug of ours.',
    ),
  );

  starting = serve({
    onStop,
    config,
    clock: systemClock,
    log,
    root,
    cwd: process.cwd(),
    version,
    host: hostname(),
    terminal: `cli:${userInfo().username}`,
    uid: process.getuid?.(),
    environment: process.env,
  });
  // What ends it while it starts is told by the stop.
  const serving = await starting.catch((error: unknown) =>
    stoppingSince !== undefined ? new Promise<never>(() => {}) : Promise.reject(error),
  );
  log.debug({ ms: serving.phases }, 'Where the time of starting went.');
  process.stdout.write(`Firebreak ${version} is ready in ${systemClock.now() - startedAt} ms: ${serving.url}\n`);
  process.stderr.write(welcome(serving, `node ${join('bin', 'firebreak.mjs')}`));
  // What starting needed is given back at once, compiled code too; idle, it would stay for minutes.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  await serving.rehearse();
}

await main(process.argv.slice(2).filter((arg, index) => index > 0 || arg !== 'serve')).catch(fail);
