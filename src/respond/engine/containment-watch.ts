import type { Log } from '../../base/log.ts';
import { startLoop, type Loop } from '../../base/loop.ts';
import type { Database } from '../../db/index.ts';
import { standingsOf, type ContainmentStanding } from '../store/standings.ts';

/** Reads containments for all runs of a process that wait for them: one statement, however many wait. */
export interface ContainmentWatch {
  /**
   * Resolves with how these stand as soon as `isDone` says so; it is asked after every reading. Rejects with the signal's
   * reason, and with the reading's error.
   * @param ids one without a containment is left out
   */
  waitFor(
    ids: readonly string[],
    isDone: (standings: readonly ContainmentStanding[]) => boolean,
    signal: AbortSignal,
  ): Promise<readonly ContainmentStanding[]>;
}

/** After a change so long is waited for others: nobody is in a hurry here, and the next attack may be. */
const gatherMs = 40;
/** Finds what was changed without a wake-up, and lets time pass for those who wait only so long. */
const pollMs = 500;

interface Waiting {
  ids: readonly string[];
  isDone: (standings: readonly ContainmentStanding[]) => boolean;
  resolve: (standings: readonly ContainmentStanding[]) => void;
  reject: (reason: unknown) => void;
}

/** Listens and reads only while somebody waits. */
export function createContainmentWatch(db: Database, log: Log): ContainmentWatch {
  const waiting = new Set<Waiting>();
  let reading: { loop: Loop; endListening: () => void } | undefined;

  function startReading(): void {
    const turn = async () => {
      // Who asks in the same go is read for too.
      await Promise.resolve();
      await readOnce([...waiting]);
      return false;
    };
    const loop = startLoop({ name: 'containments of runs', everyMs: pollMs, gatherMs, log, turn });
    reading = { loop, endListening: db.channels.listen('containments', () => loop.wake()) };
  }

  function endReading(): void {
    reading?.endListening();
    void reading?.loop.stop();
    reading = undefined;
  }

  async function readOnce(asking: readonly Waiting[]): Promise<void> {
    const ids = new Set(asking.flatMap((one) => one.ids));
    try {
      const found = ids.size === 0 ? [] : await standingsOf(db.read, [...ids]);
      const standings = new Map(found.map((containment) => [containment.id, containment]));
      for (const one of asking) {
        const own = one.ids.flatMap((id) => standings.get(id) ?? []);
        if (one.isDone(own)) end(one, () => one.resolve(own));
      }
    } catch (error) {
      // Whoever waits knows how long it tries.
      for (const one of asking) end(one, () => one.reject(error));
    }
  }

  function end(one: Waiting, tell: () => void): void {
    if (!waiting.delete(one)) return;
    tell();
    if (waiting.size === 0) endReading();
  }

  return {
    waitFor(ids, isDone, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly ContainmentStanding[]>();
      if (signal.aborted) return Promise.reject(signal.reason);
      const one: Waiting = { ids, isDone, resolve, reject };
      const onAbort = () => end(one, () => reject(signal.reason));
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(one);
      if (reading) reading.loop.wake();
      else startReading();
      return promise.finally(() => signal.removeEventListener('abort', onAbort));
    },
  };
}
