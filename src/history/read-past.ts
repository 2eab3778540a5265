import { join } from 'node:path';
import { z } from 'zod';
import type { Database } from '../db/index.ts';
import type { RawEvent } from '../schema/event.ts';
import { literal, openDuck } from './duck.ts';
import { archivesBetween } from './store.ts';

/** Events of one batch, as they lay in it. */
export interface PastBatch {
  tenant_id: string;
  site_id: string;
  source_id: string;
  format: string;
  events: RawEvent[];
}

interface Past {
  /** In the order in which they were accepted. To be read once; DuckDB is closed after it. */
  batches: AsyncIterable<PastBatch>;
  /** Older files were left out, because there are more events than asked for. */
  isCut: boolean;
}

const Row = z.object({
  received_at: z.number(),
  tenant_id: z.string(),
  site_id: z.string(),
  source_id: z.string(),
  uid: z.string(),
  format: z.string(),
  peer_address: z.string().nullable(),
  raw_data: z.string(),
  batch_id: z.number(),
});

/**
 * Reads the history between two times (epoch ms) in this process, file by file, so that memory does not grow with it: the
 * youngest files with at most `maxEvents` events in all. `spillDir` is a folder for DuckDB to write in. What was accepted
 * in the last minutes may not be in it yet.
 */
export async function readPast(
  of: { db: Pick<Database, 'read'>; dir: string; spillDir: string },
  query: { from: number; to: number; maxEvents: number },
): Promise<Past> {
  const archives = await archivesBetween(of.db.read, new Date(query.from), new Date(query.to));
  const chosen: typeof archives = [];
  let rows = 0;
  for (const archive of archives) {
    rows += archive.row_count;
    if (rows > query.maxEvents && chosen.length > 0) break;
    chosen.push(archive);
  }
  const files = chosen
    .toSorted((left, right) => left.min_time.getTime() - right.min_time.getTime())
    .map(({ path }) => join(of.dir, path));
  return { batches: batchesIn(files, of.spillDir, query), isCut: chosen.length < archives.length };
}

async function* batchesIn(
  files: readonly string[],
  spillDir: string,
  { from, to }: { from: number; to: number },
): AsyncGenerator<PastBatch> {
  if (files.length === 0) return;
  const duck = await openDuck({ spillDir, memoryLimit: '256MB' });
  try {
    let batch: (PastBatch & { id: number }) | undefined;
    for (const file of files) {
      const found = await duck.connection.stream(
        `select epoch_ms(time)::double as received_at, tenant_id, site_id, source_id, uid, format, peer_address,
           raw_data, batch_id::double as batch_id
         from read_parquet(${literal(file)}) where time between epoch_ms($from::bigint) and epoch_ms($to::bigint)
         order by batch_id, index`,
        { from, to },
      );
      for await (const chunk of found.yieldRowObjectJs())
        for (const row of z.array(Row).parse(chunk)) {
          const { batch_id: id, uid, raw_data, received_at, peer_address: peer, ...rest } = row;
          if (batch && batch.id !== id) yield batch;
          if (!batch || batch.id !== id) batch = { id, ...rest, events: [] };
          batch.events.push({ uid, raw_data, received_at, ...(peer === null ? {} : { peer_address: peer }) });
        }
    }
    if (batch) yield batch;
  } finally {
    duck.close();
  }
}
