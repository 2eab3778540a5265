import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { SourceInfo, type RawEvent } from '../../schema/event.ts';
import { unpackBody } from '../batch-body.ts';
import { errors } from '../errors.ts';

/** Who takes every batch, each on its own. */
export const consumers = ['detect', 'history'] as const;
export type Consumer = (typeof consumers)[number];

export interface ClaimedBatch {
  id: number;
  source: SourceInfo;
  received_at: Date;
  content_version: string;
  event_count: number;
  /** Size of the events before compression. */
  body_bytes: number;
  /** Unpacks the events; throws INGEST.BATCH_UNREADABLE. */
  events(): RawEvent[];
}

const claimRow = z.object({
  id: z.int(),
  received_at: z.date(),
  source: SourceInfo,
  content_version: z.string(),
  event_count: z.int(),
  body_bytes: z.int(),
  body: z.instanceof(Buffer),
});

/**
 * The oldest batches that `consumer` has not settled and nobody else holds; they stay locked until the transaction ends.
 */
export async function claimBatches(tx: Tx, consumer: Consumer, limit: number): Promise<ClaimedBatch[]> {
  const rows = await tx.many(
    claimRow,
    sql`
      with claimed as materialized (
        select batch_id, received_at from batch_claims where consumer = ${consumer}
        order by batch_id limit ${limit} for update skip locked)
      select b.id, b.received_at, b.source, b.content_version, b.event_count, b.body_bytes, b.body
      from claimed c join event_batches b on b.received_at = c.received_at and b.id = c.batch_id
      order by b.id`,
  );
  return rows.map(({ body, ...batch }) => ({
    ...batch,
    events() {
      try {
        return unpackBody(body, batch.body_bytes);
      } catch (cause) {
        throw errors.BATCH_UNREADABLE([batch.id], { cause });
      }
    },
  }));
}

/** `consumer` is done with these batches: it commits together with what they became. */
export async function settleBatches(tx: Tx, consumer: Consumer, ids: readonly number[]): Promise<void> {
  await tx.run(sql`delete from batch_claims where consumer = ${consumer} and batch_id = any(${[...ids]}::bigint[])`);
}

const waitingRow = z.object({ batches: z.int(), oldest: z.date().nullable() });

/** What waits for a consumer: its backlog. */
export function waitingBatches(tx: Tx, consumer: Consumer): Promise<{ batches: number; oldest: Date | null }> {
  return tx.one(
    waitingRow,
    sql`select count(*) as batches, min(received_at) as oldest from batch_claims where consumer = ${consumer}`,
  );
}
