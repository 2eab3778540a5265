import { tilesOf, type Tile } from './tiles.ts';
import { keepMeaning, type WindowPlan } from './window-plan.ts';
import type { Advance, Episode, EpisodeKeeper, WindowState } from './window-state.ts';

const mostDecided = 64;

/**
 * Decides the windows that are over: each of their sources has sent something later than the end and the allowed lateness,
 * or has sent nothing for that long while everything that arrived until `arrival` (epoch ms) was counted (SPEC.md [C12]).
 */
export function closeWindows<D, E extends Episode>(
  plan: WindowPlan,
  state: WindowState<D, E>,
  keeper: EpisodeKeeper<D, E>,
  arrival: number,
  advance: Advance<D, E>,
): void {
  keepMeaning(plan, state);
  if (!plan.isClosed) return;
  for (const tile of tilesOf(plan, state)) {
    if (overAt(plan, state, tile) > arrival) continue;
    const gone = new Set(tile.entries);
    state.entries = state.entries.filter((entry) => !gone.has(entry));
    remember(state, tile);
    if (plan.holds(tile.entries)) tell(plan, state, keeper, tile, advance);
  }
}

/** When the next window of the group is to be decided though nothing more comes for it, epoch ms; undefined: none waits. */
export function dueAt(plan: WindowPlan, state: WindowState): number | undefined {
  if (!plan.isClosed) return undefined;
  const times = tilesOf(plan, state).map((tile) => overAt(plan, state, tile));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The arrival time from which the window is over, whatever its sources do; -Infinity: it is over by what they sent. */
function overAt({ latenessMs }: WindowPlan, { sources }: WindowState, { to, entries }: Tile<unknown>): number {
  let latest = -Infinity;
  for (const index of new Set(entries.map(({ s }) => s))) {
    const source = sources[index];
    if (source && source.newest - latenessMs <= to)
      latest = Math.max(latest, Math.max(to, source.seen ?? to) + latenessMs);
  }
  return latest;
}

function remember(state: WindowState, { from, to }: Tile<unknown>): void {
  const decided = [...(state.decided ?? []), { from, to }].sort((left, right) => left.from - right.from);
  const forgotten = decided.splice(0, Math.max(0, decided.length - mostDecided));
  if (forgotten.length > 0) state.floor = Math.max(state.floor ?? -Infinity, ...forgotten.map((one) => one.to));
  state.decided = decided;
}

/** Windows that held and lie no more than a timespan apart are one episode. */
function tell<D, E extends Episode>(
  { timespanMs }: WindowPlan,
  state: WindowState<D, E>,
  keeper: EpisodeKeeper<D, E>,
  { from, entries }: Tile<D>,
  advance: Advance<D, E>,
): void {
  const end = entries.at(-1);
  if (!end) return;
  let episode = state.episodes.findLast(({ first, last }) => from <= last + timespanMs && end.t >= first - timespanMs);
  const isFirst = !episode;
  if (!episode) {
    episode = keeper.open({ anchor: from, first: from, last: end.t, count: 0 });
    state.episodes.push(episode);
  }
  episode.first = Math.min(episode.first, from);
  episode.last = Math.max(episode.last, end.t);
  const detail = end.d;
  for (const entry of entries) {
    episode.count += entry.w ?? 1;
    keeper.add(episode, state.sources[entry.s]?.id ?? '', entry.d);
  }
  advance.changed.add(episode);
  advance.firings.push({ end, detail, sourceId: state.sources[end.s]?.id ?? '', episode, isFirst });
}
