import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { ContainmentStatus, LadderLevel } from '../../schema/containment.ts';

/** One question about one target. `target` is settled, so that it reads as an address. */
export interface FactQuestion {
  tenantId: string;
  target: string;
  kind: string;
  ruleIds: readonly string[];
  incidentId: string | null;
  playbookId: string | null;
  stepId: string | null;
  isDemonstration: boolean;
  budgetNames: readonly string[];
}

const isoDate = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const factRow = z.object({
  /** The last containment of the same incident, playbook, step and target. */
  latest: z
    .object({
      id: z.string(),
      status: ContainmentStatus,
      occasion: z.int(),
      created_at: isoDate,
      released_at: isoDate.nullable(),
      expires_at: isoDate.nullable(),
    })
    .nullable(),
  earlier: z.int(),
  armings: z.array(z.object({ rule_id: z.string(), level: LadderLevel })),
  protections: z.array(z.object({ range: z.string(), reason: z.string() })),
  used: z.record(z.string(), z.int()),
});
export type StoredFacts = z.infer<typeof factRow>;

/** All that the tables know for any number of questions, in one statement and in their order. */
export const readStoredFacts = (tx: Tx, questions: readonly FactQuestion[], now: Date) =>
  tx.many(
    factRow,
    sql`
    select
      (select json_build_object('id', c.id, 'status', c.status, 'occasion', c.occasion, 'created_at', c.created_at,
          'released_at', c.released_at, 'expires_at', c.expires_at)
        from containments c
        where c.incident_id = q."incidentId" and c.playbook_id is not distinct from q."playbookId"
          and c.step_id is not distinct from q."stepId" and c.target = q.target
        order by c.occasion desc, c.created_at desc limit 1) as latest,
      (select count(*) from containments c
        where c.tenant_id = q."tenantId" and c.target = q.target and c.in_force_at is not null and not c.is_wrong
          and c.is_demonstration = q."isDemonstration" and c.created_at > ${now}::timestamptz - interval '30 days') as earlier,
      (select coalesce(json_agg(json_build_object('rule_id', a.rule_id, 'level', a.level)), '[]') from armings a
        where a.tenant_id = q."tenantId" and a.action = q.kind and q."ruleIds" ? a.rule_id) as armings,
      (select coalesce(json_agg(json_build_object('range', p.range, 'reason', p.reason)), '[]') from protected_entities p
        where p.tenant_id = q."tenantId" and p.range::inet && q.target::inet) as protections,
      (select coalesce(json_object_agg(b.name, b.used), '{}') from budgets b
        where b.tenant_id = q."tenantId" and b.starts_at = date_trunc('hour', ${now}::timestamptz, 'UTC')
          and q."budgetNames" ? b.name) as used
    from rows from (jsonb_to_recordset(${storableJson(questions)}::jsonb)
      as ("tenantId" text, target text, kind text, "ruleIds" jsonb, "incidentId" text, "playbookId" text, "stepId" text,
        "isDemonstration" boolean, "budgetNames" jsonb)) with ordinality
      as q ("tenantId", target, kind, "ruleIds", "incidentId", "playbookId", "stepId", "isDemonstration", "budgetNames", ord)
    order by q.ord`,
  );

export interface BudgetTaking {
  tenantId: string;
  name: string;
  limit: number;
  count: number;
}

/**
 * Takes from budgets, one row each; one that has not as much left fails the transaction (40001). They are locked in the order
 * of their names until it ends.
 */
export const takeBudgets = (tx: Tx, takings: readonly BudgetTaking[], now: Date): Promise<number> =>
  tx.run(sql`
    with taken as (insert into budgets (tenant_id, name, starts_at, used, cap)
    select "tenantId", name, date_trunc('hour', ${now}::timestamptz, 'UTC'), count, "limit"
    from jsonb_to_recordset(${storableJson(takings)}::jsonb) as b ("tenantId" text, name text, "limit" integer, count integer)
    where count <= "limit" order by "tenantId", name
    on conflict (tenant_id, name, starts_at) do update set used = budgets.used + excluded.used, cap = excluded.cap
      where budgets.used + excluded.used <= excluded.cap
    returning 1)
    select unchanged(count(*) = ${takings.length}) from taken`);

export const forgetBudgets = (tx: Tx, before: Date) => tx.run(sql`delete from budgets where starts_at < ${before}`);
