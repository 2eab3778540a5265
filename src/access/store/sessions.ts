import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { SessionRow } from '../rows.ts';

const AddressRow = z.object({ address: z.string() });

export const insertSession = (
  tx: Tx,
  session: { hash: Buffer; userId: string; address: string; at: Date; expiresAt: Date },
) =>
  tx.run(sql`
    insert into sessions (token_hash, user_id, address, created_at, last_seen_at, expires_at)
    values (${session.hash}, ${session.userId}, ${session.address}, ${session.at}, ${session.at}, ${session.expiresAt})`);

/** A session that is neither over nor idle for too long. */
export const liveSession = (tx: Tx, hash: Buffer, now: Date, idleSince: Date) =>
  tx.maybe(
    SessionRow,
    sql`
    select user_id, created_at, last_seen_at, expires_at from sessions
    where token_hash = ${hash} and expires_at > ${now} and last_seen_at > ${idleSince}`,
  );

export const touchSession = (tx: Tx, hash: Buffer, now: Date) =>
  tx.run(sql`update sessions set last_seen_at = ${now} where token_hash = ${hash}`);

export const deleteSession = (tx: Tx, hash: Buffer) => tx.run(sql`delete from sessions where token_hash = ${hash}`);

/** Ends a person's sessions, all but `except`. */
export const deleteSessionsOf = (tx: Tx, userId: string, except: Buffer = Buffer.alloc(0)) =>
  tx.run(sql`delete from sessions where user_id = ${userId} and token_hash <> ${except}`);

export const deleteOldSessions = (tx: Tx, now: Date, idleSince: Date) =>
  tx.run(sql`delete from sessions where expires_at < ${now} or last_seen_at < ${idleSince}`);

/** Counts one attempt before anything is looked at, and gives how many there are now in the running window. */
export const countAttempt = async (tx: Tx, key: string, now: Date, windowBegan: Date) =>
  (
    await tx.one(
      z.object({ count: z.int() }),
      sql`
      insert into sign_in_attempts as known (key, window_started_at, count) values (${key}, ${now}, 1)
      on conflict (key) do update set
        count = case when known.window_started_at <= ${windowBegan} then 1 else known.count + 1 end,
        window_started_at = case when known.window_started_at <= ${windowBegan} then excluded.window_started_at else known.window_started_at end
      returning count`,
    )
  ).count;

export const forgetAttempts = (tx: Tx, keys: readonly string[]) =>
  tx.run(sql`delete from sign_in_attempts where key = any(${[...keys]}::text[])`);

export const deleteOldAttempts = (tx: Tx, windowBegan: Date) =>
  tx.run(sql`delete from sign_in_attempts where window_started_at <= ${windowBegan}`);

/** Addresses of people who may change what is protected and are signed in now. */
export const adminAddresses = async (tx: Tx, now: Date, idleSince: Date): Promise<string[]> =>
  (
    await tx.many(
      AddressRow,
      sql`
      select distinct s.address from sessions s join users u on u.id = s.user_id
      where u.role = 'admin' and not u.is_disabled and s.expires_at > ${now} and s.last_seen_at > ${idleSince} limit 1000`,
    )
  ).map(({ address }) => address);
