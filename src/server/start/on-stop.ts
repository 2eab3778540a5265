import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

export interface OnStop {
  /**
   * Adds what must end; it ends before what was added earlier, and at once when everything is ending already.
   * `pid`: a process that it drives and that may not be our child.
   */
  add(what: string, end: () => Promise<unknown>, pid?: () => number | undefined): void;
  /** Ends everything, last added first; what fails or takes too long is logged and the rest goes on. Twice is once. */
  run(): Promise<void>;
  isRunning(): boolean;
  /** Processes to kill when the end is cut off. */
  pids(): number[];
}

interface Ending {
  what: string;
  end: () => Promise<unknown>;
  pid?: (() => number | undefined) | undefined;
}

/** One that hangs may not take the time of those after it: the database is the last. */
const eachMs = 1_500;

export function createOnStop(log: Log): OnStop {
  const ends: Ending[] = [];
  let running: Promise<void> | undefined;

  async function endOf({ what, end }: Ending): Promise<void> {
    const waiting = new AbortController();
    const tooLong = pause(eachMs, 'too long' as const, { signal: waiting.signal }).catch(() => undefined);
    const ended = end().catch((error: unknown) =>
      log.warn({ what, error: messageOf(error) }, 'Something did not end well.'),
    );
    if ((await Promise.race([ended, tooLong])) === 'too long')
      log.warn({ what }, 'Something takes too long to end; the rest goes on.');
    waiting.abort();
  }

  return {
    add(what, end, pid) {
      ends.push({ what, end, pid });
      // The start went on while everything ended.
      if (running) running = running.then(() => endOf({ what, end }));
    },
    run: () =>
      (running ??= (async () => {
        for (const ending of ends.toReversed()) await endOf(ending);
      })()),
    isRunning: () => running !== undefined,
    pids: () => ends.flatMap(({ pid }) => pid?.() ?? []),
  };
}
