import type { Log } from './log.ts';
import { messageOf } from './errors.ts';

export interface Loop {
  /** Something may be there to do: run soon, once, however often this is called. */
  wake(): void;
  /** Finishes the turn under way and runs no other. */
  stop(): Promise<void>;
}

/**
 * Runs `turn` whenever it is woken and at least every `everyMs`. While `turn` returns true there is more: it runs again at once.
 * A turn that throws is logged and tried again after a pause that doubles up to 5 s; nothing else stops.
 * `gatherMs`: after a wake-up it waits so long for more, so that work nobody waits for keeps out of the way of work somebody does.
 */
export function startLoop(options: {
  name: string;
  everyMs: number;
  gatherMs?: number;
  log: Log;
  turn: () => Promise<boolean>;
}): Loop {
  let stopped = false;
  let woken = true;
  let failures = 0;
  let rest: (() => void) | undefined;
  let isWakeable = false;

  const pause = (ms: number, untilWoken: boolean) =>
    new Promise<void>((resolve) => {
      if (stopped || (untilWoken && woken)) return resolve();
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        rest = undefined;
        isWakeable = false;
        resolve();
      }
      rest = done;
      isWakeable = untilWoken;
    });

  const running = (async () => {
    while (!stopped) {
      woken = false;
      try {
        if (await options.turn()) woken = true;
        failures = 0;
      } catch (error) {
        failures += 1;
        const waitMs = Math.min(5_000, 50 * 2 ** failures);
        options.log.warn(
          { loop: options.name, error: messageOf(error), waitMs },
          'A turn failed and will be tried again.',
        );
        await pause(waitMs, false);
        continue;
      }
      await pause(options.everyMs, true);
      if (options.gatherMs !== undefined) await pause(options.gatherMs, false);
    }
  })();

  return {
    wake() {
      woken = true;
      if (isWakeable) rest?.();
    },
    async stop() {
      stopped = true;
      rest?.();
      await running;
    },
  };
}
