import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { startLoop } from '../../base/loop.ts';
import type { Database } from '../../db/index.ts';
import type { EngineSettings } from './engine-settings.ts';
import { isEngineNeeded } from './store/executions.ts';

export interface EngineProcess {
  pid(): number | undefined;
  /** `waiting`: nothing is under way, so there is no process; it comes with the next request. */
  state(): 'starting' | 'running' | 'waiting' | 'restarting' | 'stopped';
  /** How often it ended without being told to. */
  restarts(): number;
  stop(): Promise<void>;
}

const pollMs = 1_000;
const firstPauseMs = 100;
const maxPauseMs = 5_000;
/** A process that lived so long begins with the short pause again. */
const provenMs = 30_000;
const stopMs = 1_000;
/** One that leaves has time for what came at the last moment. */
const leaveMs = 10_000;

/**
 * Keeps one engine process while there is work for one: any request that is not handed over, any run that has not ended.
 * After `idleMs` without work it is told to leave; the next request brings it back, by its wake-up or by polling. One that
 * ends by itself is started again after a pause that doubles up to 5 s. Nothing else in this process notices. The child
 * ends by itself when this process is gone (its channel closes).
 * @param main the file of the process, src/server/engine-main.ts
 * @param environment what the child gets beside its settings: PATH, NODE_COMPILE_CACHE, …
 */
export function startEngineProcess(options: {
  main: string;
  settings: EngineSettings;
  environment: Readonly<Record<string, string | undefined>>;
  db: Pick<Database, 'read' | 'channels'>;
  clock: Clock;
  log: Log;
  idleMs?: number;
}): EngineProcess {
  const { clock, db, log, idleMs = 300_000 } = options;
  let child: ChildProcess | undefined;
  let isReady = false;
  let stopped = false;
  let restarts = 0;
  let pauseMs = firstPauseMs;
  let timer: NodeJS.Timeout | undefined;
  let busyAt = clock.now();

  function start(): void {
    const startedAt = clock.now();
    const started = fork(options.main, [], {
      env: { ...options.environment, FIREBREAK_ENGINE: JSON.stringify(options.settings) },
      // A small young generation keeps it from keeping more than it needs, and it collects what starting left.
      // The warning is about pg calls of DBOS.
      execArgv: ['--max-semi-space-size=2', '--expose-gc', '--disable-warning=DeprecationWarning'],
      // Our log goes to stderr; what DBOS says about its migrations would stand among our data.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child = started;
    isReady = false;
    started.on('message', () => {
      isReady = true;
      busyAt = clock.now();
    });
    started.on('error', (error) => log.error({ error: error.message }, 'The engine process could not be started.'));
    started.once('exit', (code, signal) => {
      child = undefined;
      if (stopped) return;
      // Told to leave: what came at the last moment is looked for at once.
      if (code === 0) return looking.wake();
      restarts += 1;
      if (clock.now() - startedAt >= provenMs) pauseMs = firstPauseMs;
      log.warn({ code, signal, pauseMs }, 'The engine process ended and is started again.');
      timer = setTimeout(() => {
        timer = undefined;
        looking.wake();
      }, pauseMs);
      pauseMs = Math.min(maxPauseMs, pauseMs * 2);
    });
  }

  async function end(leaving: ChildProcess, withinMs: number): Promise<void> {
    const ended = once(leaving, 'exit');
    leaving.kill('SIGTERM');
    const kill = setTimeout(() => leaving.kill('SIGKILL'), withinMs);
    await ended;
    clearTimeout(kill);
  }

  const looking = startLoop({
    name: 'engine',
    everyMs: pollMs,
    log,
    async turn() {
      const isIdle = child !== undefined && isReady && clock.now() - busyAt >= idleMs;
      // While it runs, nobody needs to ask before it was idle for so long.
      if (child ? !isIdle : timer !== undefined) return false;
      const isNeeded = await isEngineNeeded(db.read);
      if (isNeeded) busyAt = clock.now();
      if (stopped) return false;
      if (child) {
        if (!isNeeded) await end(child, leaveMs);
      } else if (isNeeded) start();
      return false;
    },
  });
  const endListening = db.channels.listen('executions', () => {
    busyAt = clock.now();
    if (!child) looking.wake();
  });

  return {
    pid: () => child?.pid,
    state: () => {
      if (stopped) return 'stopped';
      if (child) return isReady ? 'running' : 'starting';
      return timer === undefined ? 'waiting' : 'restarting';
    },
    restarts: () => restarts,
    async stop() {
      stopped = true;
      endListening();
      clearTimeout(timer);
      if (child) await end(child, stopMs);
      await looking.stop();
    },
  };
}
