import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

export const IncidentChange = z.enum(['opened', 'grew', 'updated', 'closed', 'verdict']);
export type IncidentChange = z.infer<typeof IncidentChange>;

const Claim = z.object({ id: z.int(), incident_id: z.string(), change: IncidentChange });

export const insertIncidentClaims = (
  tx: Tx,
  claims: readonly { incident_id: string; change: IncidentChange; revision: number }[],
) =>
  tx.run(sql`insert into incident_claims (incident_id, change, revision)
    select * from unnest(${claims.map((claim) => claim.incident_id)}::text[],
      ${claims.map((claim) => claim.change)}::text[], ${claims.map((claim) => claim.revision)}::int[])`);

/**
 * Takes all changes of up to `limit` incidents. The advisory lock keeps one incident with one taker until its
 * transaction ends; `for update` drops rows that another taker settled after this statement's snapshot.
 */
export const takeIncidentClaims = (tx: Tx, limit: number) =>
  tx.many(
    Claim,
    sql`with waiting as materialized (
        select incident_id from incident_claims group by incident_id order by min(id) limit ${limit}),
      held as materialized (
        select incident_id from waiting where pg_try_advisory_xact_lock(hashtextextended('triage.claim ' || incident_id, 0)))
      select c.id, c.incident_id, c.change from incident_claims c join held using (incident_id)
      order by c.id for update of c skip locked`,
  );

export const deleteIncidentClaims = (tx: Tx, ids: readonly number[]) =>
  tx.run(sql`delete from incident_claims where id = any(${[...ids]}::bigint[])`);
