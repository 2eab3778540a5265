import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { LadderLevel } from '../../schema/containment.ts';

export const upsertArming = (
  tx: Tx,
  arming: {
    tenantId: string;
    ruleId: string;
    action: string;
    level: LadderLevel;
    armedBy: string;
    armedAt: Date;
    shadowSeen: number;
  },
) =>
  tx.run(sql`
    insert into armings (tenant_id, rule_id, action, level, armed_by, armed_at, shadow_seen)
    values (${arming.tenantId}, ${arming.ruleId}, ${arming.action}, ${arming.level}, ${arming.armedBy}, ${arming.armedAt},
      ${arming.shadowSeen})
    on conflict (tenant_id, rule_id, action) do update set level = excluded.level, armed_by = excluded.armed_by,
      armed_at = excluded.armed_at, shadow_seen = excluded.shadow_seen`);

export const listArmings = (tx: Tx, tenantId: string) =>
  tx.many(
    z.object({
      rule_id: z.string(),
      action: z.string(),
      level: LadderLevel,
      armed_by: z.string(),
      armed_at: z.date(),
    }),
    sql`select rule_id, action, level, armed_by, armed_at from armings where tenant_id = ${tenantId} order by rule_id, action`,
  );

const shadowRow = z.object({
  target: z.string(),
  created_at: z.date(),
  reason: z.string(),
  duration_s: z.int(),
});

/** What the rule and action did in shadow: how often, and the latest. */
export async function shadowRecordOf(tx: Tx, tenantId: string, ruleId: string, action: string, limit: number) {
  const where = sql`tenant_id = ${tenantId} and rule_id = ${ruleId} and kind = ${action} and level = 'shadow'
    and not is_demonstration`;
  const { count } = await tx.one(
    z.object({ count: z.int() }),
    sql`select count(*) as count from containments where ${where}`,
  );
  const latest = await tx.many(
    shadowRow,
    sql`select target, created_at, reason, duration_s from containments where ${where} order by created_at desc limit ${limit}`,
  );
  return { count, latest };
}

export const levelOf = (tx: Tx, tenantId: string, ruleId: string, action: string) =>
  tx.maybe(
    z.object({ level: LadderLevel }),
    sql`select level from armings where tenant_id = ${tenantId} and rule_id = ${ruleId} and action = ${action}`,
  );

export const insertProtected = (
  tx: Tx,
  entry: { tenantId: string; range: string; reason: string; by: string; at: Date },
) =>
  tx.run(sql`
    insert into protected_entities (tenant_id, range, reason, protected_by, protected_at)
    values (${entry.tenantId}, ${entry.range}, ${entry.reason}, ${entry.by}, ${entry.at})
    on conflict (tenant_id, range) do update set reason = excluded.reason`);

export const deleteProtected = async (tx: Tx, tenantId: string, range: string) =>
  (await tx.run(sql`delete from protected_entities where tenant_id = ${tenantId} and range = ${range}`)) > 0;

export const listProtected = (tx: Tx, tenantId: string) =>
  tx.many(
    z.object({ range: z.string(), reason: z.string() }),
    sql`select range, reason from protected_entities where tenant_id = ${tenantId} order by range`,
  );
