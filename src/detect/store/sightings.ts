import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { internalSourceId } from '../../ingest/index.ts';

const Sighting = z.object({ last_seen_at: z.date(), source_ids: z.array(z.string()) });
/** When, and by which sources, an actor was last seen. */
export type Sighting = z.infer<typeof Sighting>;

/** What these findings saw of an actor's address or range (canonical); what Firebreak itself said of it does not count. */
export function sightingOf(tx: Tx, findingIds: readonly string[], target: string): Promise<Sighting | undefined> {
  return tx.maybe(
    Sighting,
    sql`select max(last_seen_at) as last_seen_at, array_agg(distinct source_id) as source_ids
      from findings, jsonb_array_elements_text(source_ids) as source_id
      where id = any(${[...findingIds]}::text[]) and source_id <> ${internalSourceId}
        and exists (select from jsonb_to_recordset(subjects) as subject (type text, role text, value text)
          where case when subject.type = 'ip' and subject.role = 'actor'
            then subject.value::inet <<= ${target}::inet end)
      having count(*) > 0`,
  );
}
