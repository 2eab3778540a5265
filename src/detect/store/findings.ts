import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Finding } from '../../schema/finding.ts';

const WrittenRow = z.object({ id: z.string(), revision: z.number() });
const ClaimedRow = Finding.extend({ claimed: z.array(z.int()) });

/** A finding that triage holds until its transaction ends, with the revisions it settles by `settleFindings`. */
export interface ClaimedFinding {
  finding: Finding;
  revisions: readonly number[];
}

/** What a change of a finding left behind. */
export interface WrittenFinding {
  id: string;
  revision: number;
}

const columns = sql`id, tenant_id, site_id, rule_id, rule_title, rule_version, severity_id, status_id, message, cause,
  attacks, false_positives, subjects, group_key, source_ids, first_seen_at, last_seen_at, event_count, evidence,
  is_demonstration, revision, created_at, updated_at`;

/** Inserts new findings and updates the ones that exist (their revision grows); claims every change for triage. */
export async function writeFindings(tx: Tx, findings: readonly Finding[]): Promise<WrittenFinding[]> {
  if (findings.length === 0) return [];
  return tx.many(
    WrittenRow,
    sql`with changed as (
      insert into findings as known (${columns})
      select ${columns} from jsonb_to_recordset(${storableJson(findings)}::jsonb) as new(
        id text, tenant_id text, site_id text, rule_id text, rule_title text, rule_version text, severity_id integer,
        status_id integer, message text, cause text, attacks jsonb, false_positives jsonb, subjects jsonb,
        group_key text, source_ids jsonb, first_seen_at timestamptz, last_seen_at timestamptz, event_count bigint,
        evidence jsonb, is_demonstration boolean, revision bigint, created_at timestamptz, updated_at timestamptz)
      on conflict (id) do update set
        rule_version = excluded.rule_version, severity_id = excluded.severity_id, message = excluded.message,
        subjects = excluded.subjects, source_ids = excluded.source_ids,
        first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
        event_count = excluded.event_count, evidence = excluded.evidence,
        revision = known.revision + 1, updated_at = excluded.updated_at
      where known.event_count <> excluded.event_count
      returning id, revision)
    , claimed as (insert into finding_claims (finding_id, revision) select id, revision from changed)
    select id, revision from changed`,
  );
}

/**
 * Locks up to `limit` unsettled changes and gives each finding once, as it is now. Others skip what is locked.
 * Act on (id, revision) once: a later claim can name a revision that was already in the finding read here.
 */
export async function claimFindings(tx: Tx, limit: number): Promise<ClaimedFinding[]> {
  const rows = await tx.many(
    ClaimedRow,
    sql`with claims as materialized (select finding_id, revision as claimed_revision from finding_claims
        order by finding_id, revision limit ${limit} for update skip locked)
      select ${columns}, c.claimed
      from (select finding_id, jsonb_agg(claimed_revision order by claimed_revision) as claimed from claims
        group by finding_id) c join findings on findings.id = c.finding_id
      order by created_at, id`,
  );
  return rows.map(({ claimed, ...finding }) => ({ finding, revisions: claimed }));
}

/** Removes the claims in the transaction that acted on them. */
export async function settleFindings(tx: Tx, claimed: readonly ClaimedFinding[]): Promise<void> {
  const rows = claimed.flatMap(({ finding, revisions }) =>
    revisions.map((revision) => ({ finding_id: finding.id, revision })),
  );
  if (rows.length === 0) return;
  await tx.run(sql`delete from finding_claims using
    jsonb_to_recordset(${storableJson(rows)}::jsonb) as done(finding_id text, revision bigint)
    where finding_claims.finding_id = done.finding_id and finding_claims.revision = done.revision`);
}

export async function findingsByIds(tx: Tx, ids: readonly string[]): Promise<Finding[]> {
  if (ids.length === 0) return [];
  return tx.many(
    Finding,
    sql`select ${columns} from findings where id = any(${[...ids]}::text[]) order by created_at, id`,
  );
}

export interface FindingFilter {
  tenantId?: string;
  ruleId?: string;
  /** OCSF severity_id: this or worse. */
  minSeverityId?: number;
  /** `next` of the page before. */
  cursor?: string;
  limit: number;
}

export interface FindingPage {
  findings: Finding[];
  /** Absent on the last page. */
  next?: string;
}

/** Newest first; the cursor is stable while findings arrive. A cursor that was not ours starts at the newest. */
export async function listFindings(tx: Tx, filter: FindingFilter): Promise<FindingPage> {
  const after = readCursor(filter.cursor);
  const rows = await tx.many(
    Finding,
    sql`select ${columns} from findings where true
      ${filter.tenantId === undefined ? sql`` : sql`and tenant_id = ${filter.tenantId}`}
      ${filter.ruleId === undefined ? sql`` : sql`and rule_id = ${filter.ruleId}`}
      ${filter.minSeverityId === undefined ? sql`` : sql`and severity_id >= ${filter.minSeverityId}`}
      ${after ? sql`and (created_at, id) < (${after.at}, ${after.id})` : sql``}
      order by created_at desc, id desc limit ${filter.limit + 1}`,
  );
  const findings = rows.slice(0, filter.limit);
  const last = findings.at(-1);
  return rows.length > filter.limit && last
    ? { findings, next: Buffer.from(`${last.created_at.getTime()} ${last.id}`).toString('base64url') }
    : { findings };
}

function readCursor(cursor: string | undefined): { at: Date; id: string } | undefined {
  const [time, id] = Buffer.from(cursor ?? '', 'base64url')
    .toString()
    .split(' ');
  const at = new Date(Number(time));
  return id && !Number.isNaN(at.getTime()) ? { at, id } : undefined;
}
