import type { Finding } from '../../schema/finding.ts';
import {
  advanceWindow,
  closeWindows,
  countedValues,
  dueAt,
  firingKey,
  firingValues,
  shortHash,
  windowPlan,
  type Advance,
  type LinkedCorrelation,
} from '../../standards/sigma/index.ts';
import { episodeFinding } from '../make-finding.ts';
import type { Content } from '../rules/content.ts';
import { groupHash, type Detail, type Episode, type GroupState } from './group-state.ts';
import type { Item } from './item.ts';
import { keepEpisodes } from './keep-episodes.ts';

export interface WindowKey {
  ruleId: string;
  groupHash: string;
}

/** A group's state after its items. */
export interface ChangedWindow extends WindowKey {
  state: GroupState;
  partition: number;
  /** How long after its last change it can be needed, in ms. */
  keepMs: number;
  /** Epoch ms of arrival from which a window of it is decided though nothing more comes; absent: none waits. */
  dueAt?: number;
}

/** A group with a window that is over. */
export interface DueWindow extends WindowKey {
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
  /** Groups, of partitions that this worker owns, whose windows are to be decided; all that arrived until then is counted. */
  due?: { windows: readonly DueWindow[]; arrival: number };
}

export interface Correlated {
  windows: ChangedWindow[];
  findings: Finding[];
  /** Items whose window belongs to another worker, with their partition. */
  foreign: { item: Item; partition: number }[];
  duplicates: number;
  /** Items whose window was decided before they came. */
  late: number;
}

export const partitionCount = 16;

export function windowId({ ruleId, groupHash }: WindowKey): string {
  return `${ruleId} ${groupHash}`;
}

export function partitionOf(key: WindowKey): number {
  return (Buffer.from(shortHash(windowId(key)), 'base64url')[0] ?? 0) % partitionCount;
}

/** An item, and its place among all of this turn: what it leads to keeps it. */
interface Waiting {
  item: Item;
  place: number;
}

/**
 * Moves the windows of all correlations by `items`, which stand in the order of their events, and decides those that are due.
 * Rank by rank: what one correlation fires is an item of those that count it.
 */
export async function correlate(items: readonly Item[], options: CorrelateOptions): Promise<Correlated> {
  const { content, due } = options;
  const result: Correlated = { windows: [], findings: [], foreign: [], duplicates: 0, late: 0 };
  const ranks = new Map<number, Waiting[]>();
  const queue = (waiting: Waiting) => {
    const rank = content.correlation(waiting.item.rule_id)?.rank;
    // A rule that was taken out while its item waited: nothing counts it any more.
    if (rank === undefined) return;
    const others = ranks.get(rank);
    if (others) others.push(waiting);
    else ranks.set(rank, [waiting]);
  };
  for (const [place, item] of items.entries()) queue({ place, item });
  const highest = Math.max(-1, ...content.set.correlations.map(({ rank }) => rank));
  for (let rank = 0; rank <= highest; rank += 1) {
    const waiting = (ranks.get(rank) ?? []).sort((left, right) => left.place - right.place);
    const over = (due?.windows ?? []).filter(({ ruleId }) => content.correlation(ruleId)?.rank === rank);
    if (waiting.length > 0 || over.length > 0) await moveRank(waiting, over, options, result, queue);
  }
  // What waited for a rule that is gone waits no longer.
  for (const { ruleId, groupHash: hash, state, partition } of due?.windows ?? [])
    if (!content.correlation(ruleId)) result.windows.push({ ruleId, groupHash: hash, state, partition, keepMs: 0 });
  return result;
}

async function moveRank(
  waiting: readonly Waiting[],
  over: readonly DueWindow[],
  { content, load, own, now, due }: CorrelateOptions,
  result: Correlated,
  queue: (waiting: Waiting) => void,
): Promise<void> {
  const placed = waiting.map(({ place, item }) => {
    const key = { ruleId: item.rule_id, groupHash: groupHash(item) };
    return { place, item, key, id: windowId(key), partition: partitionOf(key) };
  });
  const keys = new Map(placed.map(({ id, key }) => [id, key]));
  // Sent together; the states are read after the partitions are locked, because the answers come in this order.
  const [owned, known] = await Promise.all([
    own([...new Set(placed.map(({ partition }) => partition))]),
    load([...keys.values()]),
  ]);
  const changed = new Map<string, DueWindow>(over.map((window) => [windowId(window), window]));
  const told = new Map<string, { window: DueWindow; episode: Episode }>();

  /** Takes what happened to a window: its findings, and what it fires for others. */
  function take(window: DueWindow, advance: Advance<Detail, Episode>, by?: { item: Item; place: number }): void {
    for (const episode of advance.changed) told.set(episode.id, { window, episode });
    const rule = content.correlation(window.ruleId);
    // A rule that groups has fed its other correlations by the event itself.
    if (!rule || rule.feeds[0]?.of.header === rule.header) return;
    for (const item of firingItems(content, rule, window, advance, now, by?.item))
      queue({ place: by?.place ?? 0, item });
  }

  for (const { place, item, key, id, partition } of placed) {
    const rule = content.correlation(item.rule_id);
    if (!rule) continue;
    if (!owned.has(partition)) {
      result.foreign.push({ item, partition });
      continue;
    }
    const window = changed.get(id) ?? { ...key, partition, state: known.get(id) ?? emptyGroup(item) };
    changed.set(id, window);
    const { evidence, subjects, texts } = item;
    const keeper = keepEpisodes(window.ruleId, window.state);
    const advance = advanceWindow(windowPlan(rule), window.state, item, { evidence, subjects, texts }, keeper);
    if (advance.kind === 'duplicate') result.duplicates += 1;
    if (advance.kind === 'late') result.late += 1;
    take(window, advance, { item, place });
  }
  for (const window of over) {
    const rule = content.correlation(window.ruleId);
    if (!rule || !due) continue;
    const advance: Advance<Detail, Episode> = { kind: 'counted', firings: [], changed: new Set() };
    closeWindows(windowPlan(rule), window.state, keepEpisodes(window.ruleId, window.state), due.arrival, advance);
    take(window, advance);
  }
  for (const window of changed.values()) {
    const rule = content.correlation(window.ruleId);
    if (!rule) continue;
    const plan = windowPlan(rule);
    const waits = dueAt(plan, window.state);
    const keepMs = plan.timespanMs + plan.latenessMs;
    const { ruleId, groupHash: hash, state, partition } = window;
    const kept = { ruleId, groupHash: hash, state, partition, keepMs };
    result.windows.push(waits === undefined ? kept : { ...kept, dueAt: waits });
  }
  for (const { window, episode } of told.values()) {
    const rule = content.correlation(window.ruleId);
    if (rule && content.set.reporting.has(window.ruleId))
      result.findings.push(episodeFinding(rule.header, content.customs(rule.header), window.state, episode, now));
  }
}

function emptyGroup({ tenant_id, site_id, is_demonstration, group }: Item): GroupState {
  return { tenant_id, site_id, is_demonstration, group, entries: [], sources: [], episodes: [] };
}

/** A correlation that fires is an event of its own: its fields are its group and what it carries. */
function firingItems(
  content: Content,
  rule: LinkedCorrelation,
  { state }: DueWindow,
  { firings }: Advance<Detail, Episode>,
  now: Date,
  by: Item | undefined,
): Item[] {
  const { tenant_id, site_id, is_demonstration } = state;
  return firings.flatMap(({ end, detail, sourceId, episode }) =>
    content.feeds(rule.header.id).flatMap((feed) => {
      const counted = countedValues(feed, firingValues(state.group, end.c));
      const evidence = detail?.evidence ?? by?.evidence ?? episode.tail.at(-1) ?? episode.head.at(-1);
      if (!counted || !evidence) return [];
      const item: Item = {
        rule_id: feed.correlation.header.id,
        feed: feed.feed,
        tenant_id,
        site_id,
        is_demonstration,
        source_id: sourceId,
        key: firingKey(rule, end),
        time: end.t,
        arrived_at: by?.arrived_at ?? now.getTime(),
        order: end.o ?? 0,
        weight: 1,
        ...counted,
        texts: { ...episode.texts },
        evidence,
        subjects: episode.subjects,
      };
      return [item];
    }),
  );
}
