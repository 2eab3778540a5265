import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { Verdict } from '../../schema/incident.ts';

/** A verdict of a person on an incident that had the rule. */
export interface RuleVerdict {
  tenant_id: string;
  rule_id: string;
  id: string;
  verdict: Verdict;
  at: Date;
}

const Row = z.object({
  tenant_id: z.string(),
  rule_id: z.string(),
  id: z.string(),
  verdict: Verdict,
  at: z.date(),
});

/** The last `limitEach` of each rule. */
export const selectRuleVerdicts = (
  tx: Tx,
  rules: readonly { tenant_id: string; rule_id: string }[],
  limitEach: number,
): Promise<RuleVerdict[]> =>
  tx.many(
    Row,
    sql`select wanted.tenant_id, wanted.rule_id, v.id, v.verdict, v.at
      from unnest(${rules.map((rule) => rule.tenant_id)}::text[], ${rules.map((rule) => rule.rule_id)}::text[])
        as wanted (tenant_id, rule_id)
      cross join lateral (select id, verdict, at from verdicts
        where tenant_id = wanted.tenant_id and rule_ids @> array[wanted.rule_id] and by ~ '^(user--|cli:)'
        order by at desc, id desc limit ${limitEach}) v`,
  );

const LastNumber = z.object({ tenant_id: z.string(), last_number: z.int() });

/** The last incident number that was given away. */
export const selectLastNumbers = (tx: Tx, tenantIds: readonly string[]) =>
  tx.many(
    LastNumber,
    sql`select tenant_id, last_number from incident_numbers where tenant_id = any(${[...tenantIds]}::text[])`,
  );
