import { idFrom } from '../../base/ids.ts';
import type { EvidenceEvent } from '../../schema/finding.ts';
import { compare, type LinkedCorrelation } from '../../standards/sigma/index.ts';
import { mergeSubjects } from '../merge-subjects.ts';
import { groupHash, shortHash, type Entry, type Episode, type GroupState } from './group-state.ts';
import type { Item } from './item.ts';

/** Bounds of one group's state (SPEC.md [W8]). */
const bounds = { details: 25, sources: 16, episodes: 4, head: 20, tail: 5, minEntries: 64, latenessMs: 300_000 };

/** What an item did to its group. */
export type Advance =
  | { kind: 'duplicate' }
  | { kind: 'counted' }
  | { kind: 'fired'; episode: Episode; opened: boolean };

/** Counts `item` in its group and says whether the correlation holds. Changes `state`. */
export function advanceWindow(rule: LinkedCorrelation, state: GroupState, item: Item): Advance {
  const k = shortHash(item.key, String(item.feed));
  if (state.entries.some((entry) => entry.k === k)) return { kind: 'duplicate' };
  const entry: Entry = {
    t: item.time,
    k,
    s: sourceIndex(state, item),
    ...(item.weight === 1 ? {} : { w: item.weight }),
    ...(item.feed === 0 ? {} : { r: item.feed }),
    ...(item.value === undefined ? {} : { v: item.value }),
  };
  insert(state.entries, entry);
  const open = state.episodes.findLast(
    (episode) => item.time >= episode.first - rule.timespanMs && item.time <= episode.last + rule.timespanMs,
  );
  if (open) join(open, item);
  else entry.d = { evidence: item.evidence, subjects: item.subjects, texts: item.texts };
  const crossed = open ?? openEpisode(rule, state, entry);
  prune(rule, state);
  return crossed ? { kind: 'fired', episode: crossed, opened: !open } : { kind: 'counted' };
}

export function emptyGroup(item: Item): GroupState {
  const { tenant_id, site_id, is_demonstration, group } = item;
  return { tenant_id, site_id, is_demonstration, group, entries: [], sources: [], episodes: [] };
}

/** Entries with equal times keep the order of their arrival (SPEC.md [W4]). */
function insert(entries: Entry[], entry: Entry): void {
  let at = entries.length;
  while (at > 0 && (entries[at - 1]?.t ?? 0) > entry.t) at -= 1;
  entries.splice(at, 0, entry);
}

function sourceIndex(state: GroupState, item: Item): number {
  let index = state.sources.findIndex(({ id }) => id === item.source_id);
  if (index < 0) {
    // One slot for all sources beyond the bound: their events are kept as long as the newest of them says.
    index = Math.min(state.sources.length, bounds.sources - 1);
    state.sources[index] ??= { id: item.source_id, newest: item.time };
  }
  const source = state.sources[index];
  if (source) source.newest = Math.max(source.newest, item.time);
  return index;
}

/** Looks at every window that holds the entry; they end at the entry itself or at a later one within the timespan. */
function openEpisode(rule: LinkedCorrelation, state: GroupState, entry: Entry): Episode | undefined {
  const { entries } = state;
  const from = entries.indexOf(entry);
  for (let end = from; end < entries.length; end += 1) {
    const last = entries[end];
    if (!last || last.t > entry.t + rule.timespanMs) break;
    // Entries at the same time as the end belong to its window; the order of arrival is a window of its own.
    const start = entries.findIndex((one) => one.t >= last.t - rule.timespanMs);
    const window = entries.slice(start, end + 1);
    if (holds(rule, window)) return startEpisode(rule, state, start, end);
  }
  return undefined;
}

/** SPEC.md [W3]: both edges belong to the window. */
function holds(rule: LinkedCorrelation, window: readonly Entry[]): boolean {
  if (rule.type === 'temporal_ordered') return isOrdered(rule.feeds.length, window);
  const count =
    rule.type === 'event_count'
      ? window.reduce((sum, { w }) => sum + (w ?? 1), 0)
      : new Set(window.map(({ r, v }) => (rule.type === 'value_count' ? v : (r ?? 0)))).size;
  return rule.conditions.every(({ comparison, value }) => compare(count, comparison, value));
}

/** From the end backwards: the last rule ends the window, each one before it happened earlier. */
function isOrdered(feeds: number, window: readonly Entry[]): boolean {
  let wanted = feeds - 1;
  if ((window.at(-1)?.r ?? 0) !== wanted) return false;
  for (const { r } of window.toReversed()) {
    if ((r ?? 0) === wanted) wanted -= 1;
    if (wanted < 0) return true;
  }
  return false;
}

function startEpisode(rule: LinkedCorrelation, state: GroupState, start: number, end: number): Episode {
  const anchor = state.entries[start]?.t ?? 0;
  const episode: Episode = {
    id: idFrom('finding', rule.header.id, groupHash(state), String(anchor)),
    anchor,
    first: anchor,
    last: anchor,
    count: 0,
    head: [],
    tail: [],
    subjects: [],
    source_ids: [],
    texts: {},
  };
  for (const [index, entry] of state.entries.entries()) {
    if (index < start || (index > end && entry.t > episode.last + rule.timespanMs)) continue;
    episode.count += entry.w ?? 1;
    episode.last = Math.max(episode.last, entry.t);
    const source = state.sources[entry.s];
    if (source) addSource(episode, source.id);
    if (entry.d) show(episode, entry.d.evidence, entry.d.subjects, entry.d.texts);
    delete entry.d;
  }
  state.episodes.push(episode);
  state.episodes.sort((left, right) => left.last - right.last);
  return episode;
}

function join(episode: Episode, item: Item): void {
  episode.count += item.weight;
  episode.first = Math.min(episode.first, item.time);
  episode.last = Math.max(episode.last, item.time);
  addSource(episode, item.source_id);
  show(episode, item.evidence, item.subjects, item.texts);
}

function addSource(episode: Episode, id: string): void {
  if (episode.source_ids.length < bounds.sources && !episode.source_ids.includes(id)) episode.source_ids.push(id);
}

function show(
  episode: Episode,
  evidence: EvidenceEvent,
  subjects: Item['subjects'],
  texts: Readonly<Record<string, string>>,
): void {
  if (episode.head.length < bounds.head) episode.head.push(evidence);
  else episode.tail = [...episode.tail, evidence].slice(-bounds.tail);
  episode.subjects = mergeSubjects(episode.subjects, subjects);
  Object.assign(episode.texts, texts);
}

/** Forgets what no window can need: each source's events by that source's own time, so that none ages another's. */
function prune(rule: LinkedCorrelation, state: GroupState): void {
  const keepMs = rule.timespanMs + bounds.latenessMs;
  state.entries = state.entries.filter(({ t, s }) => t >= (state.sources[s]?.newest ?? 0) - keepMs);
  const limit = entryLimit(rule);
  while (state.entries.length > limit) state.entries.splice(leastNeeded(rule, state.entries), 1);
  const detailed = state.entries.filter(({ d }) => d);
  for (const entry of detailed.slice(0, Math.max(0, detailed.length - bounds.details))) delete entry.d;
  state.episodes = state.episodes.slice(-bounds.episodes);
}

/** The most a condition can ask for, with room for late events. */
function entryLimit(rule: LinkedCorrelation): number {
  const asked = Math.max(...rule.conditions.map(({ value }) => value));
  return Math.max(bounds.minEntries, asked + bounds.minEntries, bounds.minEntries * rule.feeds.length);
}

/** A flood of one value or of one rule must not push out the others: its own oldest goes first. */
function leastNeeded(rule: LinkedCorrelation, entries: readonly Entry[]): number {
  if (rule.type === 'event_count') return 0;
  const kindOf = ({ r, v }: Entry) => (rule.type === 'value_count' ? v : r);
  const counts = new Map<string | number | undefined, number>();
  for (const entry of entries) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return most === 1 ? 0 : entries.findIndex((entry) => counts.get(kindOf(entry)) === most);
}
