import { advanceWindow, emptyGroup } from './advance-window.ts';
import { groupHash, groupValue, shortHash, type Episode, type GroupState } from './group-state.ts';
import type { Item } from './item.ts';
import type { Finding } from '../../schema/finding.ts';
import { episodeFinding } from '../make-finding.ts';
import type { Content, Feed } from '../rules/content.ts';

export interface WindowKey {
  ruleId: string;
  groupHash: string;
}

/** A group's state after its items. */
export interface ChangedWindow extends WindowKey {
  state: GroupState;
  partition: number;
}

export interface CorrelateOptions {
  content: Content;
  /** States that exist for these keys, by `windowId`. */
  load: (keys: readonly WindowKey[]) => Promise<ReadonlyMap<string, GroupState>>;
  /** Whether this worker may move the windows of these partitions now; those it may not are handed back as `foreign`. */
  own: (partitions: readonly number[]) => Promise<ReadonlySet<number>>;
  now: Date;
}

export interface Correlated {
  windows: ChangedWindow[];
  findings: Finding[];
  /** Items whose window belongs to another worker, with their partition. */
  foreign: { item: Item; partition: number }[];
  duplicates: number;
}

export const partitionCount = 16;

export function windowId({ ruleId, groupHash }: WindowKey): string {
  return `${ruleId} ${groupHash}`;
}

export function partitionOf(key: WindowKey): number {
  return (Buffer.from(shortHash(windowId(key)), 'base64url')[0] ?? 0) % partitionCount;
}

/**
 * Moves the windows of all correlations by `items`, which stand in the order of their events.
 * Rank by rank: what one correlation fires is an item of those that count it.
 */
export async function correlate(items: readonly Item[], options: CorrelateOptions): Promise<Correlated> {
  const { content } = options;
  const result: Correlated = { windows: [], findings: [], foreign: [], duplicates: 0 };
  const ranks = new Map<number, { order: number; item: Item }[]>();
  const queue = (item: Item, order: number) => {
    const rank = content.correlation(item.rule_id)?.rank;
    // A rule that was taken out while its item waited: nothing counts it any more.
    if (rank === undefined) return;
    const waiting = ranks.get(rank);
    if (waiting) waiting.push({ order, item });
    else ranks.set(rank, [{ order, item }]);
  };
  for (const [order, item] of items.entries()) queue(item, order);
  const highest = Math.max(-1, ...content.set.correlations.map(({ rank }) => rank));
  for (let rank = 0; rank <= highest; rank += 1) {
    const waiting = (ranks.get(rank) ?? []).sort((left, right) => left.order - right.order);
    if (waiting.length > 0) await moveRank(waiting, options, result, queue);
  }
  return result;
}

async function moveRank(
  waiting: readonly { order: number; item: Item }[],
  { content, load, own, now }: CorrelateOptions,
  result: Correlated,
  queue: (item: Item, order: number) => void,
): Promise<void> {
  const placed = waiting.map(({ order, item }) => {
    const key = { ruleId: item.rule_id, groupHash: groupHash(item) };
    return { order, item, key, id: windowId(key), partition: partitionOf(key) };
  });
  const keys = new Map(placed.map(({ id, key }) => [id, key]));
  // Sent together; the states are read after the partitions are locked, because the answers come in this order.
  const [owned, known] = await Promise.all([
    own([...new Set(placed.map(({ partition }) => partition))]),
    load([...keys.values()]),
  ]);
  const mine = placed.filter(({ partition }) => owned.has(partition));
  for (const { item, partition } of placed) if (!owned.has(partition)) result.foreign.push({ item, partition });
  const changed = new Map<string, ChangedWindow>();
  const fired = new Map<string, { state: GroupState; episode: Episode; ruleId: string }>();
  for (const { order, item, key, id, partition } of mine) {
    const rule = content.correlation(item.rule_id);
    if (!rule) continue;
    let window = changed.get(id);
    if (!window) {
      window = { ...key, partition, state: known.get(id) ?? emptyGroup(item) };
      changed.set(id, window);
    }
    const advance = advanceWindow(rule, window.state, item);
    if (advance.kind === 'duplicate') result.duplicates += 1;
    if (advance.kind !== 'fired') continue;
    fired.set(advance.episode.id, { state: window.state, episode: advance.episode, ruleId: item.rule_id });
    // A rule that groups has fed its other correlations by the event itself.
    if (rule.feeds[0]?.of.header === rule.header) continue;
    for (const feed of content.feeds(item.rule_id)) queue(firingItem(feed, item, advance.episode), order);
  }
  result.windows.push(...changed.values());
  for (const { state, episode, ruleId } of fired.values()) {
    const rule = content.correlation(ruleId);
    if (rule && content.set.reporting.has(ruleId))
      result.findings.push(episodeFinding(rule.header, content.customs(rule.header), state, episode, now));
  }
}

/** A correlation that fires is an event of its own: its fields are its group (SPEC.md [P6]). */
function firingItem({ correlation, feed, reference }: Feed, cause: Item, episode: Episode): Item {
  const fields = new Map(cause.group.map(({ field, value }) => [field, value]));
  const valueOf = (field: string) => fields.get(correlation.aliases.get(field)?.get(reference) ?? field) ?? '';
  return {
    ...cause,
    rule_id: correlation.header.id,
    feed,
    key: `${cause.rule_id} ${cause.key}`,
    weight: 1,
    group: correlation.groupBy.map((field) => ({ field, value: groupValue(valueOf(field)) })),
    ...(correlation.fields.length === 0
      ? {}
      : { value: shortHash(...correlation.fields.map((field) => valueOf(field).toLowerCase())) }),
    texts: { ...episode.texts },
    subjects: episode.subjects,
  };
}
