import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const Coded = z.object({ code: z.string() });
// SQLSTATE classes: connection, resources, operator intervention, rolled back; and what the socket says.
const passing = /^(?:08|53|57|40)|^E(?:CONN|PIPE|NOTFOUND|HOSTUNREACH|TIMEDOUT|NOENT)/;

/**
 * Runs work on the database until it answers, with pauses up to 1 s. Inside a run an error of the connection must not
 * become the run's result; if the database stays away, the process loses its lock and ends. After `signal` it gives up.
 */
export async function untilAnswered<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let waitMs = 25; ; waitMs = Math.min(1_000, waitMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || signal?.aborted) throw error;
      await pause(waitMs);
    }
  }
}

function isPassing(error: unknown): boolean {
  const coded = Coded.safeParse(error);
  if (coded.success) return coded.data.code === 'DB.UNREACHABLE' || passing.test(coded.data.code);
  // pg gives these no code.
  return (
    error instanceof Error && /^(?:Connection terminated|timeout exceeded when trying to connect)/.test(error.message)
  );
}
