import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { windowId, type ChangedWindow, type DueWindow, type WindowKey } from '../correlate/correlate.ts';
import { shortHash } from '../../standards/sigma/index.ts';
import { groupText, GroupState } from '../correlate/group-state.ts';

const WindowRow = z.object({ rule_id: z.string(), group_hash: z.string(), state: GroupState });

export async function loadWindows(tx: Tx, keys: readonly WindowKey[]): Promise<Map<string, GroupState>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.many(
    WindowRow,
    sql`select rule_id, group_hash, state from windows join
      unnest(${keys.map((key) => key.ruleId)}::text[], ${keys.map((key) => key.groupHash)}::text[])
        as wanted(rule_id, group_hash) using (rule_id, group_hash)`,
  );
  return new Map(
    rows.map(({ rule_id, group_hash, state }) => [windowId({ ruleId: rule_id, groupHash: group_hash }), state]),
  );
}

/** How long a window outlives what can need it by the clock, for events that are on their way. */
const graceMs = 3_600_000;

export async function saveWindows(tx: Tx, windows: readonly ChangedWindow[], now: Date): Promise<void> {
  if (windows.length === 0) return;
  const rows = windows.map(({ ruleId, groupHash, partition, state, keepMs, dueAt }) => ({
    rule_id: ruleId,
    group_hash: groupHash,
    partition,
    sender: shortHash(state.tenant_id, state.site_id, state.sources[0]?.id ?? ''),
    group_key: groupText(state.group),
    state,
    entry_count: state.entries.length,
    has_episode: state.episodes.length > 0,
    touched_at: now,
    due_at: dueAt === undefined ? null : new Date(dueAt),
    expires_at: new Date(now.getTime() + keepMs + graceMs),
  }));
  await tx.run(sql`insert into windows as known
      (rule_id, group_hash, partition, sender, group_key, state, entry_count, has_episode, created_at, touched_at,
       due_at, expires_at)
    select rule_id, group_hash, partition, sender, group_key, state, entry_count, has_episode, touched_at, touched_at,
       due_at, expires_at
    from jsonb_to_recordset(${storableJson(rows)}::jsonb) as new(rule_id text, group_hash text,
      partition integer, sender text, group_key text, state jsonb, entry_count integer, has_episode boolean,
      touched_at timestamptz, due_at timestamptz, expires_at timestamptz)
    on conflict (rule_id, group_hash) do update set state = excluded.state, entry_count = excluded.entry_count,
      has_episode = excluded.has_episode, touched_at = excluded.touched_at, due_at = excluded.due_at,
      expires_at = excluded.expires_at`);
}

const DueRow = WindowRow.extend({ partition: z.int() });

/** Groups of these partitions with windows that are over by `arrival`, the longest waiting first. */
export async function loadDueWindows(
  tx: Tx,
  partitions: ReadonlySet<number>,
  arrival: Date,
  limit: number,
): Promise<DueWindow[]> {
  const rows = await tx.many(
    DueRow,
    sql`select rule_id, group_hash, partition, state from windows
      where due_at <= ${arrival} and partition = any(${[...partitions]}::integer[])
      order by due_at limit ${limit}`,
  );
  return rows.map(({ rule_id, group_hash, partition, state }) => ({
    ruleId: rule_id,
    groupHash: group_hash,
    partition,
    state,
  }));
}

/** Whether a window is over by `time`, of whatever partition. */
export async function isWindowDue(tx: Tx, time: Date): Promise<boolean> {
  const found = await tx.maybe(
    z.object({ due_at: z.date() }),
    sql`select due_at from windows where due_at <= ${time} order by due_at limit 1`,
  );
  return found !== undefined;
}

/** Forgets windows of these partitions that no event that arrives after `arrival` can need, and that wait for nothing. */
export function deleteExpiredWindows(tx: Tx, partitions: ReadonlySet<number>, arrival: Date): Promise<number> {
  return tx.run(sql`delete from windows where expires_at < ${arrival} and due_at is null
    and partition = any(${[...partitions]}::integer[])`);
}

/**
 * Keeps a rule to `limit` groups a partition. Senders have equal shares, so that a flood through one pushes out its own. Of
 * a sender's groups those stay that fired or counted most, and as many of the oldest: neither keys that each count once nor
 * keys that each count a few times push out a slow attack that was there before. Gives the number evicted by rule.
 */
export function evictWindows(
  tx: Tx,
  partitions: ReadonlySet<number>,
  limit: number,
): Promise<{ rule_id: string; evicted: number }[]> {
  return tx.many(
    z.object({ rule_id: z.string(), evicted: z.int() }),
    sql`with crowded as (
        select rule_id, partition from windows where partition = any(${[...partitions]}::integer[])
        group by rule_id, partition having count(*) > ${limit}),
      ranked as (
        select rule_id, partition, group_hash,
          row_number() over (partition by rule_id, partition, sender
            order by has_episode desc, entry_count desc, touched_at desc) as by_activity,
          row_number() over (partition by rule_id, partition, sender order by created_at, group_hash) as by_age
        from windows join crowded using (rule_id, partition)),
      placed as (
        select rule_id, group_hash, row_number() over (partition by rule_id, partition
          order by least(by_activity, by_age), by_activity) as place
        from ranked),
      evicted as (
        delete from windows using placed where windows.rule_id = placed.rule_id
          and windows.group_hash = placed.group_hash and placed.place > ${limit} returning windows.rule_id)
      select rule_id, count(*) as evicted from evicted group by rule_id`,
  );
}
