import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { EngineSettings } from './engine-settings.ts';

export interface EngineProcess {
  pid(): number | undefined;
  /** Starts so far, the first one included. */
  starts(): number;
  stop(): Promise<void>;
}

const firstPauseMs = 100;
const maxPauseMs = 5_000;
/** A process that lived so long begins with the short pause again. */
const provenMs = 30_000;
const stopMs = 1_000;

/**
 * Keeps one engine process alive: it is started again when it ends, after a pause that doubles up to 5 s. Nothing else
 * in this process notices. The child ends by itself when this process is gone (its channel closes).
 * @param main the file of the process, src/server/engine-main.ts
 * @param environment what the child gets beside its settings: PATH, NODE_COMPILE_CACHE, …
 */
export function startEngineProcess(options: {
  main: string;
  settings: EngineSettings;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  log: Log;
}): EngineProcess {
  let child: ChildProcess | undefined;
  let stopped = false;
  let starts = 0;
  let pauseMs = firstPauseMs;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    const startedAt = options.clock.now();
    starts += 1;
    child = fork(options.main, [], {
      env: { ...options.environment, FIREBREAK_ENGINE: JSON.stringify(options.settings) },
      // Idle, the engine needs little: a small young generation keeps it from keeping more, and it collects what starting left.
      // The warning is about pg calls of DBOS.
      execArgv: ['--max-semi-space-size=2', '--expose-gc', '--disable-warning=DeprecationWarning'],
      // Our log goes to stderr; what DBOS says about its migrations would stand among our data.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('error', (error) =>
      options.log.error({ error: error.message }, 'The engine process could not be started.'),
    );
    child.once('exit', (code, signal) => {
      child = undefined;
      if (stopped) return;
      if (options.clock.now() - startedAt >= provenMs) pauseMs = firstPauseMs;
      options.log.warn({ code, signal, pauseMs }, 'The engine process ended and is started again.');
      timer = setTimeout(start, pauseMs);
      pauseMs = Math.min(maxPauseMs, pauseMs * 2);
    });
  }
  start();

  return {
    pid: () => child?.pid,
    starts: () => starts,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const kill = setTimeout(() => child?.kill('SIGKILL'), stopMs);
      await ended;
      clearTimeout(kill);
    },
  };
}
