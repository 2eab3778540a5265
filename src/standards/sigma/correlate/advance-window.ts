import { boundState } from './bound-state.ts';
import { closeWindows } from './close-windows.ts';
import { recentWindow } from './recent-window.ts';
import { slideWindow } from './slide-window.ts';
import { keepMeaning, type WindowPlan } from './window-plan.ts';
import {
  shortHash,
  type Advance,
  type CountedItem,
  type Entry,
  type Episode,
  type EpisodeKeeper,
  type WindowState,
} from './window-state.ts';

const mostSources = 16;

/** Counts `item` in its group and says what fired. Changes `state`. */
export function advanceWindow<D, E extends Episode>(
  plan: WindowPlan,
  state: WindowState<D, E>,
  item: CountedItem,
  detail: D,
  keeper: EpisodeKeeper<D, E>,
): Advance<D, E> {
  keepMeaning(plan, state);
  const k = shortHash(item.key, plan.isByRule ? String(item.feed) : '0');
  const recent = recentWindow(state.entries);
  if (recent ? recent.keys.has(k) : state.entries.some((entry) => entry.k === k)) return nothing('duplicate');
  if (plan.isClosed && isLate(plan, state, item)) return nothing('late');
  const entry: Entry<D> = {
    t: item.time,
    ...(item.order === 0 ? {} : { o: item.order }),
    k,
    s: sourceIndex(state, item),
    ...(item.weight === 1 ? {} : { w: item.weight }),
    ...(item.feed === 0 ? {} : { r: item.feed }),
    ...(item.value === undefined ? {} : { v: item.value }),
    ...(item.number === undefined ? {} : { n: item.number }),
    ...(item.carried === undefined ? {} : { c: item.carried }),
    d: detail,
  };
  insert(state.entries, entry);
  const advance: Advance<D, E> = { kind: 'counted', firings: [], changed: new Set() };
  if (plan.isClosed) closeWindows(plan, state, keeper, -Infinity, advance);
  else slideWindow(plan, state, entry, keeper, advance, recent);
  if (recent) {
    recent.keys.add(k);
    recent.length = state.entries.length;
  }
  boundState(plan, state, entry);
  return advance;
}

function nothing<D, E extends Episode>(kind: 'duplicate' | 'late'): Advance<D, E> {
  return { kind, firings: [], changed: new Set() };
}

/** Its window is decided, or it comes later than its source allows (SPEC.md [C12]). */
function isLate(plan: WindowPlan, state: WindowState, { time, source_id }: CountedItem): boolean {
  const newest = state.sources.find(({ id }) => id === source_id)?.newest ?? -Infinity;
  return (
    time < newest - plan.latenessMs ||
    time <= (state.floor ?? -Infinity) ||
    (state.decided ?? []).some(({ from, to }) => time >= from && time <= to)
  );
}

function sourceIndex(state: WindowState, item: CountedItem): number {
  let index = state.sources.findIndex(({ id }) => id === item.source_id);
  if (index < 0) {
    // One slot for all sources beyond the bound: their events are kept as long as the newest of them says.
    index = Math.min(state.sources.length, mostSources - 1);
    state.sources[index] ??= { id: item.source_id, newest: item.time };
  }
  const source = state.sources[index];
  if (source) {
    source.newest = Math.max(source.newest, item.time);
    source.seen = Math.max(source.seen ?? item.arrived_at, item.arrived_at);
  }
  return index;
}

function insert<D>(entries: Entry<D>[], entry: Entry<D>): void {
  let at = entries.length;
  while (at > 0 && isAfter(entries[at - 1], entry)) at -= 1;
  entries.splice(at, 0, entry);
}

/** By time, then arrival; of one event the later rule first, so that it is never before itself (SPEC.md [C13]). */
function isAfter(left: Entry | undefined, right: Entry): boolean {
  if (!left) return false;
  if (left.t !== right.t) return left.t > right.t;
  const [one, other] = [left.o ?? 0, right.o ?? 0];
  return one === other ? (left.r ?? 0) < (right.r ?? 0) : one > other;
}
