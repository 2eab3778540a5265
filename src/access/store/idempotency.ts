import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

const Known = z.object({
  fingerprint: z.instanceof(Buffer),
  started_at: z.date(),
  status: z.int().nullable(),
  reply: z.string().nullable(),
});

/** True when this key is ours now: it is new, or whoever began with it died before `staleBefore` without an answer. */
export const claimKey = async (
  tx: Tx,
  claim: { actor: string; key: string; fingerprint: Buffer; now: Date; staleBefore: Date },
) =>
  (await tx.run(sql`
    insert into idempotency_keys as known (actor, key, fingerprint, started_at)
    values (${claim.actor}, ${claim.key}, ${claim.fingerprint}, ${claim.now})
    on conflict (actor, key) do update set started_at = excluded.started_at
      where known.status is null and known.started_at < ${claim.staleBefore} and known.fingerprint = excluded.fingerprint`)) ===
  1;

export const knownKey = (tx: Tx, actor: string, key: string) =>
  tx.maybe(
    Known,
    sql`select fingerprint, started_at, status, reply from idempotency_keys where actor = ${actor} and key = ${key}`,
  );

export const settleKey = (tx: Tx, actor: string, key: string, answer: { status: number; reply: string }) =>
  tx.run(sql`
    update idempotency_keys set status = ${answer.status}, reply = ${answer.reply} where actor = ${actor} and key = ${key}`);

export const forgetKey = (tx: Tx, actor: string, key: string) =>
  tx.run(sql`delete from idempotency_keys where actor = ${actor} and key = ${key} and status is null`);

export const deleteOldKeys = (tx: Tx, before: Date) =>
  tx.run(sql`delete from idempotency_keys where started_at < ${before}`);
