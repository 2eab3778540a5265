import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { Incident, RiskTerm } from '../../schema/incident.ts';

export interface NewIncident extends Incident {
  /** 0: the next of its tenant. Another that is not the next fails the transaction (40001). */
  number: number;
  entity_reason: string;
  former_incident_id: string | null;
}

/** Their numbers follow each other within a tenant: a transaction that opens incidents of it waits for another that does. */
const opening = (incidents: readonly NewIncident[]) => sql`
  given as (select given.*, row_number() over of_tenant as place, count(*) over (partition by tenant_id) as places
    from jsonb_to_recordset(${storableJson(incidents)}::jsonb) as given (id text, number int, tenant_id text, site_id text,
      title text, stage text, severity_id smallint, risk_score double precision, risk_terms jsonb, entity_type text,
      entity_value text, entity_reason text, cause text, finding_count int, event_count bigint, first_seen_at timestamptz,
      last_seen_at timestamptz, declared_at timestamptz, declared_by text, is_demonstration boolean,
      former_incident_id text, revision int, created_at timestamptz)
    window of_tenant as (partition by tenant_id order by number, id)),
  counted as (insert into incident_numbers as known (tenant_id, last_number)
    select tenant_id, count(*) from given group by tenant_id order by tenant_id
    on conflict (tenant_id) do update set last_number = known.last_number + excluded.last_number
    returning tenant_id, last_number),
  opened as (insert into incidents (id, number, tenant_id, site_id, title, stage, status, severity_id, risk_score,
      risk_terms, entity_type, entity_value, entity_reason, cause, finding_count, event_count, first_seen_at, last_seen_at,
      declared_at, declared_by, is_demonstration, former_incident_id, revision, created_at, updated_at)
    select id, last_number - places + place, tenant_id, site_id, title, stage, 'new', severity_id, risk_score, risk_terms,
      entity_type, entity_value, entity_reason, cause, finding_count, event_count, first_seen_at, last_seen_at,
      declared_at, declared_by, is_demonstration, former_incident_id, revision, created_at, created_at
    from given join counted using (tenant_id)
    where number = 0 or unchanged(number = last_number - places + place)
    returning id)`;

export interface CauseRow {
  incident_id: string;
  tenant_id: string;
  site_id: string;
  entity_type: string;
  entity_value: string;
  cause: string;
}

/** Claims (entity, cause) pairs. Raises unique_violation (23505) when another open incident holds one by now. */
const claimingCauses = (causes: readonly CauseRow[]) => sql`
    insert into incident_causes (incident_id, tenant_id, site_id, entity_type, entity_value, cause, is_open)
    select distinct incident_id, tenant_id, site_id, entity_type, entity_value, cause, true
    from jsonb_to_recordset(${storableJson(causes)}::jsonb) as given (incident_id text, tenant_id text, site_id text,
      entity_type text, entity_value text, cause text)
    on conflict (incident_id, entity_type, entity_value, cause) do update set is_open = true
      where not incident_causes.is_open`;

/** An incident that stops taking findings lets go of its pairs; one that is taken up again claims them (23505 as above). */
export const setCausesOpen = (tx: Tx, incidentIds: readonly string[], isOpen: boolean) =>
  tx.run(sql`update incident_causes set is_open = ${isOpen}
    where incident_id = any(${[...incidentIds]}::text[]) and is_open <> ${isOpen}`);

export interface JoinedFinding {
  incident_id: string;
  finding_id: string;
  reason: string;
  rule_id: string;
  rule_title: string;
  severity_id: number;
  technique_ids: readonly string[];
  entity_type: string;
  entity_value: string;
  cause: string;
  new_events: number;
}

/** A finding belongs to one incident at a time: it leaves this one, which keeps what it counted. */
export const leaveIncidents = (tx: Tx, findingIds: readonly string[]) =>
  tx.run(sql`update incident_findings set is_current = false
    where finding_id = any(${[...findingIds]}::text[]) and is_current`);

const joiningFindings = (rows: readonly JoinedFinding[], by: string, atMs: number) => sql`
    insert into incident_findings (incident_id, finding_id, is_current, reason, joined_by, joined_at, rule_id, rule_title,
      severity_id, technique_ids, entity_type, entity_value, cause, event_count)
    select incident_id, finding_id, true, reason, ${by}, to_timestamp(${atMs} / 1000.0), rule_id, rule_title, severity_id,
      array(select jsonb_array_elements_text(technique_ids)), entity_type, entity_value, cause, new_events
    from jsonb_to_recordset(${storableJson(rows)}::jsonb) as given (incident_id text, finding_id text, reason text,
      rule_id text, rule_title text, severity_id smallint, technique_ids jsonb, entity_type text, entity_value text,
      cause text, new_events bigint)
    on conflict (incident_id, finding_id) do update set is_current = true, severity_id = excluded.severity_id,
      technique_ids = excluded.technique_ids, event_count = incident_findings.event_count + excluded.event_count`;

export interface SeenEntity {
  incident_id: string;
  tenant_id: string;
  site_id: string;
  type: string;
  value: string;
  role: string;
  is_trusted: boolean;
  importance: number;
  asset_roles: readonly string[];
  times: number;
  last_finding_id: string;
  first_seen_at: Date;
  last_seen_at: Date;
}

const seeingEntities = (entities: readonly SeenEntity[]) => sql`
    insert into entities (incident_id, tenant_id, site_id, type, value, role, is_trusted, importance, asset_roles,
      times_seen, last_finding_id, first_seen_at, last_seen_at)
    select incident_id, tenant_id, site_id, type, value, role, is_trusted, importance,
      array(select jsonb_array_elements_text(asset_roles)), times, last_finding_id, first_seen_at, last_seen_at
    from jsonb_to_recordset(${storableJson(entities)}::jsonb) as given (incident_id text, tenant_id text, site_id text,
      type text, value text, role text, is_trusted boolean, importance smallint, asset_roles jsonb, times bigint,
      last_finding_id text, first_seen_at timestamptz, last_seen_at timestamptz)
    on conflict (incident_id, type, value, role) do update set
      is_trusted = entities.is_trusted or excluded.is_trusted, importance = excluded.importance,
      asset_roles = excluded.asset_roles, times_seen = entities.times_seen + excluded.times_seen,
      last_finding_id = excluded.last_finding_id,
      first_seen_at = least(entities.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(entities.last_seen_at, excluded.last_seen_at)`;

export interface Grouped {
  opened?: readonly NewIncident[];
  causes?: readonly CauseRow[];
  joined?: readonly JoinedFinding[];
  /** One row per incident, type, value and role: a statement may touch a row once. */
  entities?: readonly SeenEntity[];
}

/** All that a turn groups, in one statement, because nothing may stand long before the drop. */
export const writeGrouped = (tx: Tx, grouped: Grouped, by: string, atMs: number): Promise<number> =>
  tx.run(sql`with ${opening(grouped.opened ?? [])},
      causes as (${claimingCauses(grouped.causes ?? [])}),
      joined as (${joiningFindings(grouped.joined ?? [], by, atMs)}),
      seen as (${seeingEntities(grouped.entities ?? [])})
      select from opened`);

export const deleteEntities = (tx: Tx, incidentId: string) =>
  tx.run(sql`delete from entities where incident_id = ${incidentId}`);

export interface ScoredIncident {
  id: string;
  title: string;
  severity_id: number;
  risk_score: number;
  risk_terms: readonly RiskTerm[];
  finding_count: number;
  event_count: number;
  first_seen_at: Date;
  last_seen_at: Date;
  is_demonstration: boolean;
}

export const writeScores = (tx: Tx, scores: readonly ScoredIncident[], atMs: number) =>
  tx.run(sql`
    update incidents i set title = given.title, severity_id = given.severity_id, risk_score = given.risk_score,
      risk_terms = given.risk_terms, finding_count = given.finding_count, event_count = given.event_count,
      first_seen_at = given.first_seen_at, last_seen_at = given.last_seen_at,
      is_demonstration = given.is_demonstration, revision = i.revision + 1, updated_at = to_timestamp(${atMs} / 1000.0)
    from jsonb_to_recordset(${storableJson(scores)}::jsonb) as given (id text, title text, severity_id smallint,
      risk_score double precision, risk_terms jsonb, finding_count int, event_count bigint, first_seen_at timestamptz,
      last_seen_at timestamptz, is_demonstration boolean)
    where i.id = given.id`);
