import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

const CountRow = z.object({ count: z.int() });
const PartitionRow = z.object({ partition: z.int() });

export const leaseSeconds = 20;

/** Says that the worker lives, forgets those that do not, and gives the number that do. */
export async function reportWorker(tx: Tx, worker: string): Promise<number> {
  await tx.run(sql`delete from partition_workers where seen_at < now() - make_interval(secs => ${leaseSeconds * 2})`);
  await tx.run(sql`insert into partition_workers (worker, seen_at) values (${worker}, now())
    on conflict (worker) do update set seen_at = excluded.seen_at`);
  const row = await tx.one(CountRow, sql`select count(*) as count from partition_workers`);
  return row.count;
}

/**
 * Renews what the worker owns, up to `share` partitions, gives up the rest and takes free ones.
 * A change of owner makes a new epoch. Gives the number it owns.
 */
export async function leasePartitions(tx: Tx, worker: string, share: number): Promise<number> {
  const until = sql`now() + make_interval(secs => ${leaseSeconds})`;
  await tx.run(sql`update partitions set owner = null, lease_until = null where partition in
    (select partition from partitions where owner = ${worker} order by partition offset ${share})`);
  await tx.run(sql`update partitions set lease_until = ${until},
      epoch = epoch + case when owner = ${worker} then 0 else 1 end, owner = ${worker}
    where partition in (
      select partition from partitions where owner = ${worker} or owner is null or lease_until < now()
      order by (owner is distinct from ${worker}), partition limit ${share} for update skip locked)`);
  const row = await tx.one(CountRow, sql`select count(*) as count from partitions where owner = ${worker}`);
  return row.count;
}

/**
 * Which of these partitions the worker owns, locked until the transaction ends: nobody can take one over while its
 * windows move, so a worker whose lease ran out writes nothing.
 */
export async function lockOwnPartitions(tx: Tx, worker: string, partitions: readonly number[]): Promise<Set<number>> {
  if (partitions.length === 0) return new Set();
  const rows = await tx.many(
    PartitionRow,
    sql`select partition from partitions where partition = any(${[...partitions]}::integer[])
      and owner = ${worker} and lease_until > now() order by partition for update`,
  );
  return new Set(rows.map(({ partition }) => partition));
}

/** Gives everything up at once, so that others need not wait for the lease to end. */
export async function releasePartitions(tx: Tx, worker: string): Promise<void> {
  await tx.run(sql`update partitions set owner = null, lease_until = null where owner = ${worker}`);
  await tx.run(sql`delete from partition_workers where worker = ${worker}`);
}
