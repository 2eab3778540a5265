import type { Clock } from '../base/clock.ts';
import type { Database } from '../db/index.ts';
import { claimBatches, settleBatches, type ClaimedBatch } from '../ingest/index.ts';
import type { Duck } from './duck.ts';
import { insertArchives, type Archive } from './store.ts';
import { writeParquet, type CrashPoint } from './write-parquet.ts';

/** What one turn takes at most: bounds the memory of the process. */
const turnLimits = { batches: 200, bytes: 32 * 1_048_576 };

const createRows = `create or replace table rows (
  time timestamp, received_at timestamp, tenant_id varchar, site_id varchar, source_id varchar, uid varchar,
  format varchar, content_version varchar, peer_address varchar, raw_data varchar, batch_id bigint, index integer)`;

/**
 * Moves claimed batches into Parquet files, one per day of arrival. Batches are settled in the transaction that puts the
 * files into the manifest, after their rename: a process killed anywhere loses nothing and repeats into files of new
 * names. Gives how many batches it moved.
 */
export async function archiveBatches(of: {
  db: Database;
  clock: Clock;
  duck: Duck;
  dir: string;
  crashPoint?: CrashPoint | undefined;
}): Promise<number> {
  const { connection } = of.duck;
  const moved = await of.db.transaction(async (tx) => {
    const batches = firstOf(await claimBatches(tx, 'history', turnLimits.batches));
    const archives: Archive[] = [];
    for (const [day, ofDay] of byDay(batches)) {
      await connection.run(createRows);
      for (const batch of ofDay) await append(of.duck, batch);
      const query = 'select * from rows order by time, batch_id, index';
      const { dir, crashPoint } = of;
      archives.push(await writeParquet(connection, { dir, day, query, nowMs: of.clock.now(), crashPoint }));
    }
    await insertArchives(tx, archives);
    await settleBatches(
      tx,
      'history',
      batches.map((batch) => batch.id),
    );
    of.crashPoint?.('inserted');
    return batches.length;
  });
  of.crashPoint?.('committed');
  await connection.run('drop table if exists rows');
  return moved;
}

/** The first batches within the limit; at least one. The others stay for the next turn. */
function firstOf(batches: readonly ClaimedBatch[]): ClaimedBatch[] {
  let bytes = 0;
  return batches.filter((batch, index) => {
    bytes += batch.body_bytes;
    return index === 0 || bytes <= turnLimits.bytes;
  });
}

function byDay(batches: readonly ClaimedBatch[]): Map<string, ClaimedBatch[]> {
  return Map.groupBy(batches, (batch) => batch.received_at.toISOString().slice(0, 10));
}

async function append(duck: Duck, batch: ClaimedBatch): Promise<void> {
  const { DuckDBTimestampValue } = await import('@duckdb/node-api');
  const timestamp = (ms: number) => new DuckDBTimestampValue(BigInt(ms) * 1_000n);
  const appender = await duck.connection.createAppender('rows');
  const { source } = batch;
  for (const [index, event] of batch.events().entries()) {
    appender.appendTimestamp(timestamp(event.received_at));
    appender.appendTimestamp(timestamp(batch.received_at.getTime()));
    for (const text of [source.tenant_id, source.site_id, source.source_id, event.uid, source.format])
      appender.appendVarchar(text);
    appender.appendVarchar(batch.content_version);
    if (event.peer_address === undefined) appender.appendNull();
    else appender.appendVarchar(event.peer_address);
    appender.appendVarchar(event.raw_data);
    appender.appendBigInt(BigInt(batch.id));
    appender.appendInteger(index);
    appender.endRow();
  }
  appender.closeSync();
}
