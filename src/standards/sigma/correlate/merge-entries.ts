import { tilesOf } from './tiles.ts';
import type { WindowPlan } from './window-plan.ts';
import type { Entry, WindowState } from './window-state.ts';

/** Of a row by time: the two that lie nearest together become one, with the time of the earlier. */
export function mergeNearest(entries: Entry[]): void {
  const at = nearest(entries, ({ t }) => t);
  merge(entries, entries[at], entries[at + 1]);
}

/** Keeps the undecided windows of a group to the limit: the fullest gives way, so that no window pushes out another. */
export function mergeInTiles(plan: WindowPlan, state: WindowState): void {
  while (state.entries.length > plan.limit) {
    const tiles = tilesOf(plan, state);
    const fullest = tiles.reduce<readonly Entry[]>(
      (most, { entries }) => (entries.length > most.length ? entries : most),
      [],
    );
    const pair = fullest.length > 1 ? pairOf(plan, fullest) : [state.entries[0], state.entries[1]];
    merge(state.entries, pair[0], pair[1]);
  }
}

/** Two whose difference matters least. The first of a window stays, because it begins it. */
function pairOf({ rule }: WindowPlan, window: readonly Entry[]): [Entry | undefined, Entry | undefined] {
  switch (rule.type) {
    case 'event_count':
      return pairAt(
        window,
        nearest(window, ({ t }) => t),
      );
    case 'temporal':
    case 'temporal_ordered':
      return ofCommonest(window, ({ r }) => String(r ?? 0));
    case 'value_count':
      return ofCommonest(window, ({ v }) => v ?? '');
    case 'value_percentile':
      if (rule.percentile === undefined) return ofCommonest(window, ({ v }) => v ?? '');
      break;
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
  }
  const byNumber = window.toSorted((left, right) => (left.n ?? 0) - (right.n ?? 0));
  const [one, other] = pairAt(
    byNumber,
    nearest(byNumber, ({ n }) => n ?? 0),
  );
  return one && other && window.indexOf(one) > window.indexOf(other) ? [other, one] : [one, other];
}

function pairAt(row: readonly Entry[], at: number): [Entry | undefined, Entry | undefined] {
  return [row[at], row[at + 1]];
}

/** Where in a row the distance to the next is smallest. */
function nearest(row: readonly Entry[], of: (entry: Entry) => number): number {
  let best = { at: 0, distance: Infinity };
  for (let at = 0; at + 1 < row.length; at += 1) {
    const [one, other] = pairAt(row, at);
    const distance = one && other ? of(other) - of(one) : Infinity;
    if (distance < best.distance) best = { at, distance };
  }
  return best.at;
}

/** The first two of the kind that most are of: its first and its last stay, of which order is made. */
function ofCommonest(
  window: readonly Entry[],
  kindOf: (entry: Entry) => string,
): [Entry | undefined, Entry | undefined] {
  const kinds = Map.groupBy(window, kindOf);
  let most: readonly Entry[] = [];
  for (const entries of kinds.values()) if (entries.length > most.length) most = entries;
  return most.length > 1 ? pairAt(most, 0) : pairAt(window, window.length - 2);
}

function merge(entries: Entry[], into: Entry | undefined, gone: Entry | undefined): void {
  if (!into || !gone) return;
  const [weight, more] = [into.w ?? 1, gone.w ?? 1];
  if (into.n !== undefined && gone.n !== undefined) into.n = between(into.n, gone.n, more / (weight + more));
  if (into.v !== gone.v) delete into.v;
  into.w = weight + more;
  into.d ??= gone.d;
  entries.splice(entries.indexOf(gone), 1);
}

function between(left: number, right: number, share: number): number {
  return left * (1 - share) + right * share;
}
