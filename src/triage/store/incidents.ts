import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { Incident } from '../../schema/incident.ts';

export const incidentColumns = sql`i.id, i.number, i.tenant_id, i.site_id, i.title, i.stage, i.status, i.severity_id,
  i.risk_score, i.risk_terms, i.entity_type, i.entity_value, i.cause, i.finding_count, i.event_count, i.first_seen_at,
  i.last_seen_at, i.declared_at, i.declared_by, i.assignee, i.verdict, i.verdict_by, i.is_demonstration, i.revision,
  i.created_at, i.updated_at, i.closed_at`;

export const incidentById = (tx: Tx, id: string): Promise<Incident | undefined> =>
  tx.maybe(Incident, sql`select ${incidentColumns} from incidents i where i.id = ${id}`);

export const incidentByNumber = (tx: Tx, tenantId: string, number: number): Promise<Incident | undefined> =>
  tx.maybe(
    Incident,
    sql`select ${incidentColumns} from incidents i where i.tenant_id = ${tenantId} and i.number = ${number}`,
  );

/** Locked until the transaction ends, in the order of ids, so that two writers never wait for each other. */
export const lockIncidents = (tx: Tx, ids: readonly string[]): Promise<Incident[]> =>
  tx.many(
    Incident,
    sql`select ${incidentColumns} from incidents i where i.id = any(${[...ids]}::text[]) order by i.id for update`,
  );

const FindingPlace = z.object({ incident_id: z.string(), finding_id: z.string() });

/** The findings of these incidents, at most `limitEach` of each: the worst first, then the newest. */
export const findingIdsOf = (tx: Tx, incidentIds: readonly string[], limitEach: number) =>
  tx.many(
    FindingPlace,
    sql`select f.incident_id, f.finding_id from unnest(${[...incidentIds]}::text[]) as wanted (id)
      cross join lateral (select incident_id, finding_id from incident_findings
        where incident_id = wanted.id and is_current
        order by severity_id desc, joined_at desc, finding_id limit ${limitEach}) f`,
  );

const Pair = z.object({ entity_type: z.string(), entity_value: z.string(), cause: z.string() });

/** The (entity, cause) pairs of an incident. */
export const causesOf = (tx: Tx, id: string) =>
  tx.many(Pair, sql`select entity_type, entity_value, cause from incident_causes where incident_id = ${id}`);

/** Every finding that is or was in an incident, with the pair by which it is grouped. */
export const findingPlaces = (tx: Tx, id: string) =>
  tx.many(
    Pair.extend({ finding_id: z.string() }),
    sql`select finding_id, entity_type, entity_value, cause from incident_findings where incident_id = ${id} order by finding_id`,
  );

export const allFindingIds = async (tx: Tx, id: string): Promise<string[]> =>
  (await findingPlaces(tx, id)).map((place) => place.finding_id);

/** Whether no other open incident holds a pair of this one. */
export const pairsAreFree = async (tx: Tx, id: string): Promise<boolean> => {
  const { taken } = await tx.one(
    z.object({ taken: z.boolean() }),
    sql`select exists (select from incident_causes mine join incident_causes other
      using (tenant_id, site_id, entity_type, entity_value, cause)
      where mine.incident_id = ${id} and other.incident_id <> ${id} and other.is_open) as taken`,
  );
  return !taken;
};
