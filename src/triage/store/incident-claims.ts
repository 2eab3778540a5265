import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { Incident } from '../../schema/incident.ts';
import { incidentColumns } from './incidents.ts';

export const IncidentChange = z.enum(['opened', 'grew', 'updated', 'closed', 'verdict']);
export type IncidentChange = z.infer<typeof IncidentChange>;

const Claim = z.object({
  claim_id: z.int(),
  change: IncidentChange,
  finding_ids: z.array(z.string()),
  ...Incident.shape,
});

export const insertIncidentClaims = (
  tx: Tx,
  claims: readonly { incident_id: string; change: IncidentChange; revision: number }[],
) =>
  tx.run(sql`insert into incident_claims (incident_id, change, revision)
    select * from unnest(${claims.map((claim) => claim.incident_id)}::text[],
      ${claims.map((claim) => claim.change)}::text[], ${claims.map((claim) => claim.revision)}::int[])`);

/**
 * Takes all changes of up to `limit` incidents, with each incident and its gravest and newest `findingsEach` findings. The
 * advisory lock keeps one incident with one taker until its transaction ends; `for update` drops rows that another taker
 * settled after this statement's snapshot. What changes after that snapshot leaves a claim of its own.
 */
export const takeIncidentClaims = (tx: Tx, limit: number, findingsEach: number) =>
  tx.many(
    Claim,
    sql`with waiting as materialized (
        select incident_id from incident_claims group by incident_id order by min(id) limit ${limit}),
      held as materialized (
        select incident_id from waiting where pg_try_advisory_xact_lock(hashtextextended('triage.claim ' || incident_id, 0)))
      select c.id as claim_id, c.change, ${incidentColumns},
        array(select finding_id from incident_findings where incident_id = i.id and is_current
          order by severity_id desc, joined_at desc, finding_id limit ${findingsEach}) as finding_ids
      from incident_claims c join held using (incident_id) join incidents i on i.id = c.incident_id
      order by c.id for update of c skip locked`,
  );

export const deleteIncidentClaims = (tx: Tx, ids: readonly number[]) =>
  tx.run(sql`delete from incident_claims where id = any(${[...ids]}::bigint[])`);
