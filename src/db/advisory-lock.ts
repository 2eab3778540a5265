import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './database.ts';
import { errors } from './errors.ts';
import { asUnreachable } from './unavailable.ts';

/** Anything that runs a statement on one session. */
type Session = Pick<pg.ClientBase, 'query'>;

/** The lock's number in PostgreSQL: the first 8 bytes of SHA-256 of its name, signed. */
function lockNumber(key: string): string {
  return createHash('sha256').update(key).digest().readBigInt64BE().toString();
}

async function tryLock(session: Session, key: string): Promise<boolean> {
  const { rows } = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1::bigint) as held', [
    lockNumber(key),
  ]);
  return rows[0]?.held === true;
}

/** Takes the session lock `key` by trying and sleeping, so that the waiting session holds no snapshot. Throws DB.LOCK_WAIT. */
export async function holdLock(session: Session, key: string, options: { timeoutMs: number }): Promise<void> {
  const startedAt = performance.now();
  while (!(await tryLock(session, key))) {
    if (performance.now() - startedAt > options.timeoutMs) throw errors.LOCK_WAIT([key, options.timeoutMs]);
    await pause(25);
  }
}

/**
 * Runs `work` while this process alone holds the lock `key`, on a connection of its own from the pool; waits at most
 * `timeoutMs` (30 s) for it, then throws DB.LOCK_WAIT. The lock is as good as that connection: long work that must
 * not overlap with another's needs a fencing column too.
 */
export async function withAdvisoryLock<T>(
  db: Pick<Database, 'pool'>,
  key: string,
  work: () => Promise<T>,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  const client = await db.pool.connect().catch((error: unknown) => {
    throw asUnreachable(error);
  });
  let sound = true;
  try {
    await holdLock(client, key, { timeoutMs: options.timeoutMs ?? 30_000 });
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock($1::bigint)', [lockNumber(key)]).catch(() => {
      sound = false;
    });
    // A session that may still hold the lock does not go back to the pool.
    client.release(!sound);
  }
}
