import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

const dayMs = 86_400_000;

/** The UTC day of a time as `20261121`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Makes the partition of the UTC day of `ms` if it is not there. Call it in a transaction. */
export async function ensurePartition(tx: Tx, ms: number): Promise<void> {
  const name = `event_batches_${dayOf(ms)}`;
  const found = z.object({ found: z.boolean() });
  const isThere = sql`select exists (select from pg_inherits where inhrelid = to_regclass(${name})) as found`;
  if ((await tx.one(found, isThere)).found) return;
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended('firebreak.event_batches', 0))`);
  if ((await tx.one(found, isThere)).found) return;
  const from = new Date(Math.floor(ms / dayMs) * dayMs).toISOString();
  const to = new Date(Math.floor(ms / dayMs) * dayMs + dayMs).toISOString();
  // Attached, not created in place: that would lock out every reader and writer of the other days.
  await tx.run(sql`create table if not exists ${sql.id(name)} (like event_batches including all)`);
  await tx.run(sql`
    alter table event_batches attach partition ${sql.id(name)} for values from (${sql.lit(from)}) to (${sql.lit(to)})`);
}

/** Partitions that end before `before` and whose batches every consumer has settled, the oldest first. */
export async function settledPartitions(tx: Tx, before: Date): Promise<string[]> {
  const rows = await tx.many(
    z.object({ name: z.string() }),
    sql`
      select name from (
        select c.relname::text as name, (right(c.relname::text, 8) || ' UTC')::timestamptz as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'event_batches'::regclass and c.relname ~ '^event_batches_[0-9]{8}$') as part
      where day + interval '1 day' <= ${before} and not exists (
        select from batch_claims where received_at >= day and received_at < day + interval '1 day')
      order by name`,
  );
  return rows.map((row) => row.name);
}

/** Drops one partition, waiting at most a second for its lock: accepting is never held up for it. */
export async function dropPartition(tx: Tx, name: string): Promise<void> {
  await tx.run(sql`set local lock_timeout = '1s'`);
  await tx.run(sql`drop table if exists ${sql.id(name)}`);
}
