import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { Verdict } from '../../schema/incident.ts';
import type { Facts } from '../score/facts.ts';
import { verdictsLookedAt } from '../score/facts-of-opened.ts';

const Row = z.object({
  incident_id: z.string(),
  worst: z.number(),
  title: z.string(),
  finding_count: z.number(),
  event_count: z.number(),
  rule_count: z.number(),
  technique_ids: z.array(z.string()),
  victim_hosts: z.number(),
  victim_users: z.number(),
  importance: z.number().nullable(),
  importance_of: z.string().nullable(),
  is_trusted: z.boolean(),
  true_positives: z.number(),
  false_positives: z.number(),
  former_verdict: Verdict.nullable(),
});

/** Counts of incidents as the tables say, so that they are exact whoever wrote what before. One statement. */
export async function factsOf(tx: Tx, incidentIds: readonly string[]): Promise<Map<string, Facts>> {
  const rows = await tx.many(
    Row,
    sql`select i.id as incident_id, f.*, e.*, v.*, (select former.verdict from incidents former where former.id = i.former_incident_id) as former_verdict
      from incidents i
      cross join lateral (
        select max(severity_id) as worst, count(*)::int as finding_count, max(of_rule)::bigint as event_count,
          count(distinct rule_id)::int as rule_count,
          (array_agg(rule_title order by severity_id desc, joined_at, finding_id))[1] as title,
          array(select distinct technique from incident_findings inner_f, unnest(inner_f.technique_ids) as technique
            where inner_f.incident_id = i.id limit 100) as technique_ids
        from (select *, sum(event_count) over (partition by rule_id) as of_rule
          from incident_findings where incident_id = i.id) joined) f
      cross join lateral (
        select 
          greatest(count(distinct value) filter (where role in ('victim', 'target') and type = 'host'),
            count(distinct value) filter (where role in ('victim', 'target') and type = 'ip'))::int as victim_hosts,
          count(distinct value) filter (where role in ('victim', 'target') and type = 'user')::int as victim_users,
          max(importance) filter (where role in ('victim', 'target')) as importance,
          (array_agg(value order by importance desc, value) filter (where role in ('victim', 'target') and importance <> 2))[1] as importance_of,
          coalesce(bool_or(is_trusted) filter (where type = i.entity_type and value = i.entity_value), i.entity_type = 'rule') as is_trusted
        from entities where incident_id = i.id) e
      cross join lateral (
        select count(*) filter (where verdict = 'true_positive')::int as true_positives,
          count(*) filter (where verdict = 'false_positive')::int as false_positives
        from (select v.verdict from verdicts v
          where v.tenant_id = i.tenant_id and v.incident_id <> i.id and v.by ~ '^(user--|cli:)'
            and v.rule_ids && array(select distinct rule_id from incident_findings where incident_id = i.id limit 50)
          order by v.at desc, v.id desc limit ${verdictsLookedAt}) v) v
      where i.id = any(${[...incidentIds]}::text[])`,
  );
  return new Map(
    rows.map((row) => [
      row.incident_id,
      {
        worst: row.worst,
        title: row.title,
        findingCount: row.finding_count,
        eventCount: row.event_count,
        ruleCount: row.rule_count,
        techniqueIds: row.technique_ids,
        victimHosts: row.victim_hosts,
        victimUsers: row.victim_users,
        importance: row.importance ?? 2,
        importanceOf: row.importance_of,
        truePositives: row.true_positives,
        falsePositives: row.false_positives,
        isTrusted: row.is_trusted,
        formerVerdict: row.former_verdict,
      },
    ]),
  );
}
