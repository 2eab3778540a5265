import { tilesOf } from './tiles.ts';
import type { WindowPlan } from './window-plan.ts';
import type { Entry, WindowState } from './window-state.ts';

/** Some at once, so that not every event of a flood has to look for what goes. */
export const atOnce = 32;

/** Of a row by time: the pairs that lie nearest together become one each, with the time of the earlier. */
export function mergeNearest(entries: Entry[]): void {
  remove(
    entries,
    foldNearest(entries, ({ t }) => t),
  );
}

/** Keeps the undecided windows of a group to the limit: the fullest gives way, so that no window pushes out another. */
export function mergeInTiles(plan: WindowPlan, state: WindowState): void {
  while (state.entries.length > plan.limit) {
    const tiles = tilesOf(plan, state);
    const fullest = tiles.reduce<readonly Entry[]>(
      (most, { entries }) => (entries.length > most.length ? entries : most),
      [],
    );
    remove(state.entries, fold(plan, fullest.length > 1 ? fullest : state.entries));
  }
}

/** Makes one of those whose difference matters least. The first of a window stays, because it begins it. */
function fold({ rule }: WindowPlan, window: readonly Entry[]): Set<Entry> {
  switch (rule.type) {
    case 'event_count':
      return foldNearest(window, ({ t }) => t);
    case 'temporal':
    case 'temporal_ordered':
      return foldCommonest(window, ({ r }) => String(r ?? 0));
    case 'value_count':
      return foldCommonest(window, ({ v }) => v ?? '');
    case 'value_percentile':
      if (rule.percentile === undefined) return foldCommonest(window, ({ v }) => v ?? '');
      break;
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
  }
  const byNumber = window.toSorted((left, right) => (left.n ?? 0) - (right.n ?? 0));
  return foldNearest(byNumber, ({ n }) => n ?? 0);
}

/** Of a row, the neighbours with the smallest distance; gives what is gone. */
function foldNearest(row: readonly Entry[], of: (entry: Entry) => number): Set<Entry> {
  const gaps = row.slice(1).map((entry, at) => of(entry) - (row[at] ? of(row[at]) : 0));
  const widest = gaps.toSorted((left, right) => left - right)[atOnce - 1] ?? Infinity;
  const gone = new Set<Entry>();
  let [survivor] = row;
  for (const [at, entry] of row.entries()) {
    if (at === 0 || !survivor) continue;
    if (gone.size < atOnce && (gaps[at - 1] ?? Infinity) <= widest) {
      const [into, other] = isEarlier(entry, survivor) ? [entry, survivor] : [survivor, entry];
      merge(into, other);
      gone.add(other);
      survivor = into;
    } else survivor = entry;
  }
  return gone;
}

function isEarlier(one: Entry, other: Entry): boolean {
  return one.t === other.t ? (one.o ?? 0) < (other.o ?? 0) : one.t < other.t;
}

/** Of the kind that most are of, the ones after the first; its last stays too, because order is made of the two. */
function foldCommonest(window: readonly Entry[], kindOf: (entry: Entry) => string): Set<Entry> {
  const kinds = Map.groupBy(window, kindOf);
  let most: readonly Entry[] = [];
  for (const entries of kinds.values()) if (entries.length > most.length) most = entries;
  const [into, ...others] = most.length > 1 ? most : window.slice(-2);
  const gone = others.slice(0, Math.max(1, Math.min(atOnce, others.length - 1)));
  if (into) for (const entry of gone) merge(into, entry);
  return new Set(gone);
}

function merge(into: Entry, gone: Entry): void {
  const [weight, more] = [into.w ?? 1, gone.w ?? 1];
  if (into.n !== undefined && gone.n !== undefined) into.n = between(into.n, gone.n, more / (weight + more));
  if (into.v !== gone.v) delete into.v;
  into.w = weight + more;
  into.d ??= gone.d;
}

function between(left: number, right: number, share: number): number {
  return left * (1 - share) + right * share;
}

/** In place: the row is known by who it is. */
export function remove(entries: Entry[], gone: ReadonlySet<Entry>): void {
  let kept = 0;
  for (const entry of entries) if (!gone.has(entry)) entries[kept++] = entry;
  entries.length = kept;
}
