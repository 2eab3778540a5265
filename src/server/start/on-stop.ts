import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

export interface OnStop {
  /** Adds what must end; it ends before what was added earlier. */
  add(what: string, end: () => Promise<unknown>): void;
  /** Ends everything, last added first; what fails is logged and the rest goes on. Twice is once. */
  run(): Promise<void>;
}

export function createOnStop(log: Log): OnStop {
  const ends: { what: string; end: () => Promise<unknown> }[] = [];
  let running: Promise<void> | undefined;
  return {
    add: (what, end) => void ends.push({ what, end }),
    run: () =>
      (running ??= (async () => {
        for (const { what, end } of ends.toReversed())
          await end().catch((error: unknown) =>
            log.warn({ what, error: messageOf(error) }, 'Something did not end well.'),
          );
      })()),
  };
}
