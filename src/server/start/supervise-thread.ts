import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

export interface SupervisedThread {
  /** Sends to the thread of now; while there is none it is lost, and what it meant is found by polling. */
  send(message: unknown): void;
  state(): {
    state: 'starting' | 'running' | 'restarting' | 'stopped';
    startedAt: number;
    restarts: number;
    detail: string;
  };
  /** Asks it to stop, and ends it after `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

const longestPauseMs = 5_000;
/**
 * Semi-spaces of 2 MB stay in the processor's cache: matching events is no slower, and the process is some 130 MB smaller than
 * with what V8 lets the young generation grow to.
 */
const youngGenerationMb = 6;
/** A thread that lived so long begins with the short pause again. */
const provenMs = 30_000;

/** Keeps one worker thread alive: started again when it ends, after a pause that doubles up to 5 s. It says 'ready' when it works. */
export function superviseThread(options: {
  name: string;
  file: string;
  data: unknown;
  clock: Clock;
  log: Log;
  onMessage(message: unknown): void;
  /** It ended without being asked, and is started again. */
  onEnd(): void;
}): SupervisedThread {
  const { clock, log, name } = options;
  let worker: Worker | undefined;
  let isStopping = false;
  let isReady = false;
  let startedAt = 0;
  let restarts = 0;
  let failures = 0;
  let detail = '';
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    startedAt = clock.now();
    isReady = false;
    const next = new Worker(options.file, {
      workerData: options.data,
      name,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    worker = next;
    next.on('message', (message: unknown) => {
      if (message === 'ready') {
        isReady = true;
        detail = '';
      } else options.onMessage(message);
    });
    next.on('error', (error) => {
      detail = messageOf(error);
    });
    next.once('exit', (code) => {
      if (worker === next) worker = undefined;
      isReady = false;
      if (isStopping) return;
      failures = clock.now() - startedAt > provenMs ? 1 : failures + 1;
      restarts += 1;
      const pauseMs = Math.min(longestPauseMs, 100 * 2 ** (failures - 1));
      log.warn({ thread: name, code, error: detail, pauseMs }, 'A thread ended and is started again.');
      options.onEnd();
      timer = setTimeout(start, pauseMs);
    });
  }
  start();

  return {
    send: (message) => worker?.postMessage(message),
    state: () => ({
      state: isStopping ? 'stopped' : isReady ? 'running' : restarts > 0 ? 'restarting' : 'starting',
      startedAt,
      restarts,
      detail,
    }),
    async stop(withinMs) {
      isStopping = true;
      clearTimeout(timer);
      const ending = worker;
      if (!ending) return;
      const ended = new Promise<void>((resolve) => void ending.once('exit', () => resolve()));
      ending.postMessage('stop');
      const last = setTimeout(() => void ending.terminate(), withinMs);
      await ended;
      clearTimeout(last);
    },
  };
}
