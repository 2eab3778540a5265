import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

const SourceFact = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  trusted_proxies: z.array(z.string()),
  is_removed: z.boolean(),
});
export type SourceFact = z.infer<typeof SourceFact>;

/** What the guard asks of every source there is or was. */
export function sourceFacts(tx: Tx): Promise<SourceFact[]> {
  return tx.many(
    SourceFact,
    sql`select id, name, kind, trusted_proxies, removed_at is not null as is_removed from sources order by id`,
  );
}

/**
 * Whether all of these sources would tell if something went on: each has received something since, or is a file that is read
 * without a problem. A silent sender on the network proves nothing. False for none at all.
 */
export async function areAlive(tx: Tx, ids: readonly string[], since: Date): Promise<boolean> {
  if (ids.length === 0) return false;
  const { dead } = await tx.one(
    z.object({ dead: z.int() }),
    sql`select count(*) as dead from unnest(${[...ids]}::text[]) as asked (id) left join sources s using (id)
      where not coalesce(s.removed_at is null and s.state = 'running' and s.problem is null
        and (s.last_received_at > ${since} or s.kind in ('file', 'demonstration')), false)`,
  );
  return dead === 0;
}
