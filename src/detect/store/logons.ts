import { z } from 'zod';
import { storableText } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { Logon } from '../logon-of.ts';

const CountRow = z.object({ accounts: z.int() });

/** How long a logon speaks for the people behind an address. */
const keptDays = 30;

/** Remembers logons; what is older than 30 days is passed over. Sorted, so that two workers never wait in a circle. */
export async function rememberLogons(tx: Tx, logons: readonly Logon[], now: Date): Promise<void> {
  const oldest = now.getTime() - keptDays * 86_400_000;
  const rows = new Map<string, Logon & { first: number }>();
  for (const logon of logons) {
    if (logon.time < oldest) continue;
    const user = storableText(logon.user);
    const key = [logon.tenantId, logon.address, user, logon.siteId].join('\0');
    const known = rows.get(key);
    rows.set(key, {
      ...logon,
      user,
      first: Math.min(known?.first ?? logon.time, logon.time),
      time: Math.max(known?.time ?? logon.time, logon.time),
    });
  }
  if (rows.size === 0) return;
  const sorted = [...rows].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
  await tx.run(sql`insert into logons as known (tenant_id, site_id, address, user_name, first_seen_at, last_seen_at)
    select tenant_id, site_id, address::inet, user_name, first_seen_at, last_seen_at from unnest(
      ${sorted.map((row) => row.tenantId)}::text[], ${sorted.map((row) => row.siteId)}::text[],
      ${sorted.map((row) => row.address)}::text[], ${sorted.map((row) => row.user)}::text[],
      ${sorted.map((row) => new Date(row.first))}::timestamptz[], ${sorted.map((row) => new Date(row.time))}::timestamptz[])
      as new (tenant_id, site_id, address, user_name, first_seen_at, last_seen_at)
    on conflict (tenant_id, address, user_name, site_id) do update
      set first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
    -- Not a write for each logon of a busy account.
    where excluded.last_seen_at > known.last_seen_at + interval '1 minute'
      or excluded.first_seen_at < known.first_seen_at`);
}

export interface LogonQuestion {
  tenantId: string;
  /** Canonical address or range. */
  target: string;
  /** Only accounts that were there before this count. */
  before: Date;
}

/** How many accounts logged on from each target within the last 30 days, in the order of the questions. */
export async function countLogons(tx: Tx, questions: readonly LogonQuestion[], now: Date): Promise<number[]> {
  if (questions.length === 0) return [];
  const rows = await tx.many(
    CountRow,
    sql`select (select count(distinct user_name) from logons l
        where l.tenant_id = asked.tenant_id and l.address <<= asked.target::inet
          and l.first_seen_at < asked.before and l.last_seen_at > ${now}::timestamptz - make_interval(days => ${keptDays}::int)
      ) as accounts
      from unnest(${questions.map((one) => one.tenantId)}::text[], ${questions.map((one) => one.target)}::text[],
        ${questions.map((one) => one.before)}::timestamptz[]) with ordinality as asked (tenant_id, target, before, place)
      order by asked.place`,
  );
  return rows.map(({ accounts }) => accounts);
}

export function deleteOldLogons(tx: Tx, now: Date): Promise<number> {
  return tx.run(
    sql`delete from logons where last_seen_at < ${now}::timestamptz - make_interval(days => ${keptDays}::int)`,
  );
}
