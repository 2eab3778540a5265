import { join } from 'node:path';
import { z } from 'zod';
import type { Database } from '../db/index.ts';
import { literal, type Duck } from './duck.ts';
import { errors } from './errors.ts';
import { archivesBetween } from './store.ts';

/** What is looked for in the history. Times are epoch ms; the text is found anywhere in the event, in any case. */
export const HistoryQuery = z.strictObject({
  tenant_id: z.string().default('default'),
  from: z.int(),
  to: z.int(),
  text: z.string().max(1_000).optional(),
  source_id: z.string().max(256).optional(),
  limit: z.int().min(1).max(1_000).default(100),
});
export type HistoryQuery = z.input<typeof HistoryQuery>;

export const HistoryEvent = z.object({
  time: z.int(),
  received_at: z.int(),
  site_id: z.string(),
  source_id: z.string(),
  uid: z.string(),
  format: z.string(),
  raw_data: z.string(),
  batch_id: z.int(),
  index: z.int(),
});
export type HistoryEvent = z.infer<typeof HistoryEvent>;

export interface HistoryFound {
  /** The youngest first. */
  events: HistoryEvent[];
  /** There are more than the limit. */
  isCut: boolean;
}

const timeoutMs = 15_000;

/** Searches the files that can hold events of the time. Throws HISTORY.SEARCH_TOO_LONG. */
export async function searchArchives(
  of: { db: Database; duck: Duck; dir: string },
  query: HistoryQuery,
): Promise<HistoryFound> {
  const { from, to, text, source_id: source, limit, tenant_id: tenant } = HistoryQuery.parse(query);
  const archives = await archivesBetween(of.db.read, new Date(from), new Date(to));
  if (archives.length === 0) return { events: [], isCut: false };
  const files = archives.map((archive) => literal(join(of.dir, archive.path))).join(', ');
  const conditions = ['time >= epoch_ms($from::bigint)', 'time <= epoch_ms($to::bigint)', 'tenant_id = $tenant'];
  const values: Record<string, string | number> = { from, to, tenant };
  if (source !== undefined) {
    conditions.push('source_id = $source');
    values['source'] = source;
  }
  if (text !== undefined && text !== '') {
    conditions.push('contains(lower(raw_data), lower($text))');
    values['text'] = text;
  }
  const { connection } = of.duck;
  let isTooLong = false;
  const timer = setTimeout(() => {
    isTooLong = true;
    connection.interrupt();
  }, timeoutMs);
  try {
    const read = await connection.runAndReadAll(
      `select epoch_ms(time)::double as time, epoch_ms(received_at)::double as received_at, site_id, source_id, uid,
         format, raw_data, batch_id::double as batch_id, index
       from read_parquet([${files}]) where ${conditions.join(' and ')}
       order by time desc, batch_id desc, index desc limit ${limit + 1}`,
      values,
    );
    const events = z.array(HistoryEvent).parse(read.getRowObjectsJS());
    return { events: events.slice(0, limit), isCut: events.length > limit };
  } catch (error) {
    if (isTooLong) throw errors.SEARCH_TOO_LONG([timeoutMs / 1_000], { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
