import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { groupText } from '../correlate/group-state.ts';
import { Item } from '../correlate/item.ts';

const MatchRow = z.object({ id: z.int(), item: Item });

/** Hands items to the workers that own their windows. */
export async function insertMatches(tx: Tx, items: readonly { item: Item; partition: number }[]): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map(({ item, partition }) => ({
    partition,
    rule_id: item.rule_id,
    group_key: groupText(item.group),
    time: new Date(item.time),
    item,
  }));
  await tx.run(sql`insert into matches (partition, rule_id, group_key, time, item)
    select * from jsonb_to_recordset(${storableJson(rows)}::jsonb)
      as new(partition integer, rule_id text, group_key text, time timestamptz, item jsonb)`);
}

/**
 * Takes waiting items of these partitions, oldest first, and removes them: they are counted by this transaction or not
 * at all. There is no cursor that a late commit could slip past.
 */
export async function takeMatches(tx: Tx, partitions: ReadonlySet<number>, limit: number): Promise<Item[]> {
  const rows = await tx.many(
    MatchRow,
    sql`delete from matches where id in (
        select id from matches where partition = any(${[...partitions]}::integer[])
        order by id limit ${limit} for update skip locked)
      returning id, item`,
  );
  return rows.sort((left, right) => left.id - right.id).map(({ item }) => item);
}

/** When the item that waits longest, for whichever window, arrived; undefined: none waits. */
export async function oldestMatch(tx: Tx): Promise<Date | undefined> {
  const row = await tx.one(
    z.object({ oldest: z.number().nullable() }),
    sql`select min((item ->> 'arrived_at')::double precision) as oldest from matches`,
  );
  return row.oldest === null ? undefined : new Date(row.oldest);
}
