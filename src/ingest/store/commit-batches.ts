import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { SourceInfo } from '../../schema/event.ts';
import { consumers } from './claims.ts';
import { movePositions, type Position } from './positions.ts';

const FirstRow = z.object({ first: z.int() });
const HeldRow = z.object({ is_held: z.boolean() });

/** A batch as it goes into its row. Its id is reserved before the first attempt: a repeated attempt changes nothing. */
export interface NewBatch {
  id: number;
  receivedAt: Date;
  source: SourceInfo;
  contentVersion: string;
  eventCount: number;
  body: Buffer;
  bodyBytes: number;
}

/** How many ids one call of `reserveBatchIds` gives (the sequence's increment). */
const block = 64;

/** The first of 64 batch ids that are nobody else's. */
export async function reserveBatchIds(tx: Tx): Promise<number[]> {
  const { first } = await tx.one(FirstRow, sql`select nextval('event_batch_ids') as first`);
  return Array.from({ length: block }, (_, index) => first + index);
}

/** Who may write for a source: the number that `takeReader` gave. */
export type Readers = ReadonlyMap<string, number>;

/**
 * Batches, their claims, the sources' counters and the positions they were read up to: one statement, one commit.
 * False, and nothing is written, when one of the `readers` is not the reader of its source any more.
 */
export async function commitBatches(
  tx: Tx,
  batches: readonly NewBatch[],
  positions: readonly Position[] = [],
  readers: Readers = new Map(),
): Promise<boolean> {
  const rows = batches.map(
    (batch) => sql`(${batch.id}::bigint, ${batch.receivedAt}::timestamptz, ${batch.source.tenant_id},
      ${batch.source.site_id}, ${batch.source.source_id}, ${storableJson(batch.source)}::jsonb,
      ${batch.contentVersion}, ${batch.eventCount}::integer, ${batch.bodyBytes}::integer, ${batch.body}::bytea)`,
  );
  const holders = [...readers].map(([id, reader]) => sql`(sources.id = ${id} and sources.reader = ${reader}::integer)`);
  const isHolder = holders.length === 0 ? sql`false` : sql.join(holders, sql` or `);
  const fence = sql`(select count(*) from fence) = ${readers.size}::integer`;
  const moved = positions.length === 0 ? sql`` : sql`, moved as (${movePositions(positions, fence)})`;
  const written = await tx.one(
    HeldRow,
    sql`
    with fence as materialized (
      select id from sources where ${isHolder} order by id for no key update),
    batch as (
      insert into event_batches (id, received_at, tenant_id, site_id, source_id, source, content_version, event_count,
        body_bytes, body)
      select new.* from (values ${sql.join(rows)}) as new where ${fence}
      on conflict (received_at, id) do nothing
      returning id, received_at, source_id, event_count),
    claimed as (
      insert into batch_claims (consumer, batch_id, received_at)
      select consumer, id, received_at from batch cross join unnest(${[...consumers]}::text[]) as consumer),
    counted as (
      update sources set event_count = sources.event_count + new.events,
        last_received_at = greatest(sources.last_received_at, new.at)
      from (select source_id, sum(event_count) as events, max(received_at) as at from batch group by source_id) as new
      where sources.id = new.source_id)${moved}
    select ${fence} as is_held`,
  );
  return written.is_held;
}
