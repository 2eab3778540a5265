import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { Verdict } from '../../schema/incident.ts';
import type { StatusChange } from '../statuses.ts';

const at = (ms: number | null) => (ms === null ? sql`null::timestamptz` : sql`to_timestamp(${ms} / 1000.0)`);

export const writeStatus = (tx: Tx, id: string, change: StatusChange, atMs: number) =>
  tx.run(sql`update incidents set status = ${change.status}, resolved_at = ${at(change.resolvedAtMs)},
    closed_at = ${at(change.closedAtMs)}, revision = revision + 1, updated_at = ${at(atMs)} where id = ${id}`);

export const writeDeclaration = (tx: Tx, id: string, by: string, atMs: number) =>
  tx.run(sql`update incidents set stage = 'declared', declared_at = ${at(atMs)}, declared_by = ${by},
    revision = revision + 1, updated_at = ${at(atMs)} where id = ${id}`);

export const writeAssignee = (tx: Tx, id: string, assignee: string | null, atMs: number) =>
  tx.run(
    sql`update incidents set assignee = ${assignee}, revision = revision + 1, updated_at = ${at(atMs)} where id = ${id}`,
  );

export const writeVerdict = async (
  tx: Tx,
  verdict: {
    id: string;
    tenant_id: string;
    incident_id: string;
    verdict: Verdict;
    comment: string;
    by: string;
    atMs: number;
  },
) => {
  await tx.run(sql`insert into verdicts (id, tenant_id, incident_id, verdict, comment, by, at, rule_ids)
    values (${verdict.id}, ${verdict.tenant_id}, ${verdict.incident_id}, ${verdict.verdict}, ${verdict.comment}, ${verdict.by},
      ${at(verdict.atMs)}, array(select distinct rule_id from incident_findings where incident_id = ${verdict.incident_id}))`);
  await tx.run(sql`update incidents set verdict = ${verdict.verdict}, verdict_by = ${verdict.by}, revision = revision + 1,
    updated_at = ${at(verdict.atMs)} where id = ${verdict.incident_id}`);
};

/** Moves findings with their counts to another incident. */
export const moveFindings = async (
  tx: Tx,
  move: { fromId: string; toId: string; findingIds: readonly string[]; reason: string; by: string; atMs: number },
) => {
  const ids = [...move.findingIds];
  await tx.run(sql`
    insert into incident_findings (incident_id, finding_id, is_current, reason, joined_by, joined_at, rule_id, rule_title,
      severity_id, technique_ids, entity_type, entity_value, cause, event_count)
    select ${move.toId}, finding_id, false, ${move.reason}, ${move.by}, ${at(move.atMs)}, rule_id, rule_title, severity_id,
      technique_ids, entity_type, entity_value, cause, event_count
    from incident_findings where incident_id = ${move.fromId} and finding_id = any(${ids}::text[])
    on conflict (incident_id, finding_id) do update set event_count = incident_findings.event_count + excluded.event_count`);
  await tx.run(
    sql`delete from incident_findings where incident_id = ${move.fromId} and finding_id = any(${ids}::text[])`,
  );
  await tx.run(sql`update incident_findings f set is_current = true where incident_id = ${move.toId}
    and finding_id = any(${ids}::text[]) and not exists (select from incident_findings other
      where other.finding_id = f.finding_id and other.is_current)`);
};

/** Gives pairs to another incident; those it has already are dropped. */
export const moveCauses = async (
  tx: Tx,
  move: {
    fromId: string;
    toId: string;
    causes: readonly { entity_type: string; entity_value: string; cause: string }[];
  },
) => {
  const wanted = sql`jsonb_to_recordset(${storableJson(move.causes)}::jsonb) as wanted (entity_type text, entity_value text, cause text)`;
  await tx.run(sql`
    with taken as (
      delete from incident_causes c using ${wanted}
      where c.incident_id = ${move.fromId}
        and (c.entity_type, c.entity_value, c.cause) = (wanted.entity_type, wanted.entity_value, wanted.cause)
      returning c.*)
    select count(*) from taken`);
  await tx.run(sql`
    insert into incident_causes (incident_id, tenant_id, site_id, entity_type, entity_value, cause, is_open)
    select i.id, i.tenant_id, i.site_id, wanted.entity_type, wanted.entity_value, wanted.cause, true
    from incidents i, ${wanted} where i.id = ${move.toId}
    on conflict (incident_id, entity_type, entity_value, cause) do update set is_open = true`);
};

export const writeMerged = (tx: Tx, id: string, intoId: string) =>
  tx.run(sql`update incidents set merged_into_id = ${intoId} where id = ${id}`);
