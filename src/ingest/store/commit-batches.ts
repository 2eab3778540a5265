import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { SourceInfo } from '../../schema/event.ts';
import { consumers } from './claims.ts';
import { positionValues, type Position } from './positions.ts';

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
  const { first } = await tx.one(z.object({ first: z.int() }), sql`select nextval('event_batch_ids') as first`);
  return Array.from({ length: block }, (_, index) => first + index);
}

/** Batches, their claims, the sources' counters and the positions they were read up to: one statement, one commit. */
export async function commitBatches(tx: Tx, batches: readonly NewBatch[], positions: readonly Position[]) {
  const rows = batches.map(
    (batch) => sql`(${batch.id}::bigint, ${batch.receivedAt}::timestamptz, ${batch.source.tenant_id},
      ${batch.source.site_id}, ${batch.source.source_id}, ${storableJson(batch.source)}::jsonb,
      ${batch.contentVersion}, ${batch.eventCount}::integer, ${batch.bodyBytes}::integer, ${batch.body}::bytea)`,
  );
  const moved =
    positions.length === 0
      ? sql``
      : sql`, moved as (
        insert into positions (source_id, generation, path, byte_offset, fingerprint, fingerprint_bytes, updated_at)
        values ${positionValues(positions)}
        on conflict (source_id, generation) do update set path = excluded.path, byte_offset = excluded.byte_offset,
          fingerprint = excluded.fingerprint, fingerprint_bytes = excluded.fingerprint_bytes,
          updated_at = excluded.updated_at
        where positions.byte_offset <= excluded.byte_offset)`;
  await tx.run(sql`
    with batch as (
      insert into event_batches (id, received_at, tenant_id, site_id, source_id, source, content_version, event_count,
        body_bytes, body)
      values ${sql.join(rows)}
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
    select 1`);
}
