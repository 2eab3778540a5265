import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { windowId, type ChangedWindow, type WindowKey } from '../correlate/correlate.ts';
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

/** `keepMsOf` says how long after now a rule's window can be needed. */
export async function saveWindows(
  tx: Tx,
  windows: readonly ChangedWindow[],
  keepMsOf: (ruleId: string) => number,
  now: Date,
): Promise<void> {
  if (windows.length === 0) return;
  const rows = windows.map(({ ruleId, groupHash, partition, state }) => ({
    rule_id: ruleId,
    group_hash: groupHash,
    partition,
    group_key: groupText(state.group),
    state,
    entry_count: state.entries.length,
    has_episode: state.episodes.length > 0,
    touched_at: now,
    expires_at: new Date(now.getTime() + keepMsOf(ruleId)),
  }));
  await tx.run(sql`insert into windows as known
      (rule_id, group_hash, partition, group_key, state, entry_count, has_episode, touched_at, expires_at)
    select * from jsonb_to_recordset(${storableJson(rows)}::jsonb) as new(rule_id text, group_hash text,
      partition integer, group_key text, state jsonb, entry_count integer, has_episode boolean,
      touched_at timestamptz, expires_at timestamptz)
    on conflict (rule_id, group_hash) do update set state = excluded.state, entry_count = excluded.entry_count,
      has_episode = excluded.has_episode, touched_at = excluded.touched_at, expires_at = excluded.expires_at`);
}

/** Forgets windows that no event can need any more, of the partitions the worker has locked. */
export function deleteExpiredWindows(tx: Tx, partitions: ReadonlySet<number>, now: Date): Promise<number> {
  return tx.run(sql`delete from windows where expires_at < ${now} and partition = any(${[...partitions]}::integer[])`);
}

/**
 * Keeps a rule to `limit` groups a partition. Groups that fired stay longest, then those that counted most: a flood of
 * keys that each count once cannot push out a slow attack. Gives the number evicted by rule.
 */
export function evictWindows(
  tx: Tx,
  partitions: ReadonlySet<number>,
  limit: number,
): Promise<{ rule_id: string; evicted: number }[]> {
  return tx.many(
    z.object({ rule_id: z.string(), evicted: z.int() }),
    sql`with ranked as (
        select rule_id, group_hash, row_number() over (partition by rule_id, partition
          order by has_episode desc, entry_count desc, touched_at desc) as place
        from windows where partition = any(${[...partitions]}::integer[])),
      evicted as (
        delete from windows using ranked where windows.rule_id = ranked.rule_id
          and windows.group_hash = ranked.group_hash and ranked.place > ${limit} returning windows.rule_id)
      select rule_id, count(*) as evicted from evicted group by rule_id`,
  );
}
