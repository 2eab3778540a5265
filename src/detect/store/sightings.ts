import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { internalSourceId } from '../../ingest/index.ts';

const Sighting = z.object({ last_seen_at: z.date(), source_ids: z.array(z.string()) });
/** When, and by which sources, an actor was last seen. */
export type Sighting = z.infer<typeof Sighting>;

/** An actor's address or range (canonical), and the group of findings in which it is looked for. */
export interface SightingQuestion {
  group: string;
  target: string;
}

/**
 * What the findings of each question's group saw of its target, in the order of the questions; undefined: nothing. What
 * Firebreak itself said of it does not count.
 */
export async function sightingsOf(
  tx: Tx,
  questions: readonly SightingQuestion[],
  findings: readonly { group: string; finding_id: string }[],
): Promise<(Sighting | undefined)[]> {
  if (findings.length === 0) return questions.map(() => undefined);
  const asked = questions.map((question, n) => ({ n, ...question }));
  const rows = await tx.many(
    Sighting.extend({ n: z.int() }),
    sql`with seen as materialized (
        select f."group", findings.last_seen_at, findings.source_ids,
          case when subject.type = 'ip' and subject.role = 'actor' then subject.value::inet end as address
        from jsonb_to_recordset(${storableJson(findings)}::jsonb) as f("group" text, finding_id text)
        join findings on findings.id = f.finding_id
        cross join jsonb_to_recordset(findings.subjects) as subject (type text, role text, value text))
      select asked.n, max(seen.last_seen_at) as last_seen_at, array_agg(distinct source_id) as source_ids
      from jsonb_to_recordset(${storableJson(asked)}::jsonb) as asked(n integer, "group" text, target text)
      join seen on seen."group" = asked."group" and seen.address <<= asked.target::inet
      cross join jsonb_array_elements_text(seen.source_ids) as source_id
      where source_id <> ${internalSourceId}
      group by asked.n`,
  );
  const found = new Map(rows.map(({ n, ...sighting }) => [n, sighting]));
  return questions.map((_, n) => found.get(n));
}
