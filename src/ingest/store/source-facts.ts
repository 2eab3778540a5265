import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
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
 * For each question, whether all of its sources would tell if something went on: each has received something since, or is a
 * file that is read without a problem. A silent sender on the network proves nothing. False for none at all.
 */
export async function areAlive(
  tx: Tx,
  questions: readonly { sourceIds: readonly string[]; since: Date }[],
): Promise<boolean[]> {
  if (questions.length === 0) return [];
  const asked = questions.map(({ sourceIds, since }, n) => ({ n, source_ids: sourceIds, since }));
  const rows = await tx.many(
    z.object({ n: z.int(), is_alive: z.boolean() }),
    sql`select n, bool_and(coalesce(s.removed_at is null and s.state = 'running' and s.problem is null
        and (s.last_received_at > asked.since or s.kind in ('file', 'demonstration')), false)) as is_alive
      from jsonb_to_recordset(${storableJson(asked)}::jsonb) as asked(n integer, source_ids jsonb, since timestamptz)
      cross join jsonb_array_elements_text(asked.source_ids) as source_id
      left join sources s on s.id = source_id
      group by n`,
  );
  const alive = new Map(rows.map(({ n, is_alive }) => [n, is_alive]));
  return questions.map((_, n) => alive.get(n) ?? false);
}
