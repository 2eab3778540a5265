import { join } from 'node:path';
import { z } from 'zod';
import { silentLog } from '../../src/base/log.ts';
import { findEmbedded, openDatabase, sql } from '../../src/db/index.ts';
import { quantile } from './measure.ts';

const Row = z.object({
  arrived: z.number(),
  finding: z.number(),
  incident: z.number(),
  ordered: z.number(),
  in_force: z.number(),
});

/** Where the time goes: from the clock values that every stage writes, in whole milliseconds. Each stage's includes its wake-up and the commit before it. */
export async function stagesOf(stateDir: string): Promise<string[]> {
  const url = await findEmbedded(join(stateDir, 'postgres'));
  if (url === undefined) return ['no database to read the stages from'];
  const db = openDatabase({ url, log: silentLog, max: 1 });
  try {
    const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`);
    const rows = await db.read.many(
      Row,
      sql`select ${ms('b.received_at')} as arrived, ${ms('f.created_at')} as finding, ${ms('i.created_at')} as incident,
                 ${ms('c.ordered_at')} as ordered, ${ms('c.in_force_at')} as in_force
            from containments c
            join incidents i on i.id = c.incident_id
            join incident_findings j on j.incident_id = i.id
            join findings f on f.id = j.finding_id
            join event_batches b on b.id = (f.evidence->0->>'batch_id')::bigint
           where c.in_force_at is not null`,
    );
    const stage = (name: string, from: keyof z.infer<typeof Row>, to: keyof z.infer<typeof Row>) => {
      const times = rows.map((row) => row[to] - row[from]);
      return `${name}: p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms`;
    };
    return [
      `stages over ${rows.length} containments`,
      stage('accepted → finding', 'arrived', 'finding'),
      stage('finding → incident', 'finding', 'incident'),
      stage('incident → ordered', 'incident', 'ordered'),
      stage('ordered → read back', 'ordered', 'in_force'),
    ];
  } finally {
    await db.close();
  }
}
