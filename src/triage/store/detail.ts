import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { Verdict } from '../../schema/incident.ts';

const Joined = z.object({
  finding_id: z.string(),
  reason: z.string(),
  joined_by: z.string(),
  joined_at: z.date(),
  event_count: z.number(),
});

export const selectJoinedFindings = (tx: Tx, id: string, limit: number) =>
  tx.many(
    Joined,
    sql`select finding_id, reason, joined_by, joined_at, event_count from incident_findings where incident_id = ${id}
      order by severity_id desc, joined_at, finding_id limit ${limit}`,
  );

const EntityOfIncident = z.object({
  type: z.string(),
  value: z.string(),
  role: z.string(),
  is_trusted: z.boolean(),
  importance: z.number(),
  asset_roles: z.array(z.string()),
  times_seen: z.number(),
  first_seen_at: z.date(),
  last_seen_at: z.date(),
});
export type EntityOfIncident = z.infer<typeof EntityOfIncident>;

export const selectEntitiesOf = (tx: Tx, id: string, limitEach: number): Promise<EntityOfIncident[]> =>
  tx.many(
    EntityOfIncident,
    sql`select type, value, role, is_trusted, importance, asset_roles, times_seen, first_seen_at, last_seen_at
      from (select e.*, row_number() over (partition by role order by importance desc, times_seen desc, type, value) as place
        from entities e where incident_id = ${id}) e
      where place <= ${limitEach} order by role, place`,
  );

const GivenVerdict = z.object({ verdict: Verdict, comment: z.string(), by: z.string(), at: z.date() });
export type GivenVerdict = z.infer<typeof GivenVerdict>;

export const selectVerdicts = (tx: Tx, id: string): Promise<GivenVerdict[]> =>
  tx.many(GivenVerdict, sql`select verdict, comment, by, at from verdicts where incident_id = ${id} order by at, id`);

export const selectLinks = (tx: Tx, id: string) =>
  tx.one(
    z.object({
      entity_reason: z.string(),
      former_incident_id: z.string().nullable(),
      merged_into_id: z.string().nullable(),
    }),
    sql`select entity_reason, former_incident_id, merged_into_id from incidents where id = ${id}`,
  );
