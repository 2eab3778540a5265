import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { isUnavailable } from '../../db/index.ts';

/** SQLSTATE class 40: rolled back for another transaction's sake. */
const RolledBack = z.object({ code: z.string().regex(/^40/) });

/**
 * Runs work on the database until it answers, with pauses up to 1 s. Inside a run an error of the connection must not
 * become the run's result; if the database stays away, the process loses its lock and ends. After `signal` it gives up.
 */
export async function untilAnswered<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let waitMs = 25; ; waitMs = Math.min(1_000, waitMs * 2)) {
    try {
      return await work();
    } catch (error) {
      const isPassing = isUnavailable(error) || RolledBack.safeParse(error).success;
      if (!isPassing || signal?.aborted) throw error;
      await pause(waitMs);
    }
  }
}
