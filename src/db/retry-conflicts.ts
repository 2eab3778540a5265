/** What the transaction read was changed by another writer before it was locked: roll back and read again. */
export class ChangedMeanwhile extends Error {}

/**
 * unique_violation: another process was first to insert the same; deadlock_detected and serialization_failure: PostgreSQL
 * chose this transaction to go again.
 */
const retriedCodes = new Set(['23505', '40P01', '40001']);

/** Runs a transaction again, at most `times` times in all, when a concurrent writer was faster. */
export async function retryConflicts<T>(work: () => Promise<T>, times = 5): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      if (attempt >= times || !isConflict(error)) throw error;
    }
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof ChangedMeanwhile ||
    (error instanceof Error && 'code' in error && typeof error.code === 'string' && retriedCodes.has(error.code))
  );
}
