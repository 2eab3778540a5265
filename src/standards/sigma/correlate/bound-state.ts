import { mergeInTiles, mergeNearest } from './merge-entries.ts';
import { tilesOf } from './tiles.ts';
import type { WindowPlan } from './window-plan.ts';
import type { Entry, Episode, WindowState } from './window-state.ts';

const bounds = { details: 25, episodes: 8 };

/** Forgets what no window can need, and keeps the rest bounded (SPEC.md [C21], [C27]). */
export function boundState<D, E extends Episode>(plan: WindowPlan, state: WindowState<D, E>): void {
  if (plan.isClosed) mergeInTiles(plan, state);
  else {
    forgetOld(plan, state);
    while (state.entries.length > plan.limit)
      if (isMerged(plan)) mergeNearest(state.entries);
      else state.entries.splice(leastNeeded(plan, state.entries), 1);
  }
  boundDetails(plan, state);
  boundEpisodes(plan, state);
}

/** By each source's own time, so that none ages another's. */
function forgetOld({ timespanMs, latenessMs }: WindowPlan, state: WindowState): void {
  const keepMs = timespanMs + latenessMs;
  state.entries = state.entries.filter(({ t, s }) => t >= (state.sources[s]?.newest ?? 0) - keepMs);
}

/** Whether each entry matters to the figure, so that none can just be forgotten. */
function isMerged({ rule: { type, conditions }, limit }: WindowPlan): boolean {
  return type === 'value_sum' || (type === 'event_count' && conditions.some(({ value }) => value >= limit));
}

/** A flood of one value or of one rule must not push out the others: its own oldest goes first. */
function leastNeeded({ rule: { type } }: WindowPlan, entries: readonly Entry[]): number {
  if (type === 'event_count') return 0;
  const kindOf = ({ r, v }: Entry) => (type === 'value_count' ? v : r);
  const counts = new Map<string | number | undefined, number>();
  for (const entry of entries) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return most === 1 ? 0 : entries.findIndex((entry) => counts.get(kindOf(entry)) === most);
}

/** Of sliding windows the newest can become part of an episode; of a window that waits for its end the first ones are shown, and what ends it. */
function boundDetails<D>(plan: WindowPlan, state: WindowState<D>): void {
  const detailed = state.entries.filter(({ d }) => d !== undefined);
  const more = detailed.length - bounds.details;
  if (more <= 0) return;
  const kept = new Set<Entry<D> | undefined>();
  if (plan.isClosed) for (const { entries } of tilesOf(plan, state)) kept.add(entries[0]).add(entries.at(-1));
  for (const entry of plan.isClosed ? detailed.slice(bounds.details) : detailed.slice(0, more))
    if (!kept.has(entry)) delete entry.d;
}

/** What an episode that is forgotten was made of goes with it: it must not be told again. */
function boundEpisodes({ timespanMs, latenessMs }: WindowPlan, state: WindowState): void {
  const oldest = Math.min(...state.sources.map(({ newest }) => newest)) - timespanMs - latenessMs;
  state.episodes.sort((left, right) => left.last - right.last);
  const forgotten = state.episodes.filter(
    ({ last }, at) => at < state.episodes.length - bounds.episodes || (last < oldest && at < state.episodes.length - 1),
  );
  if (forgotten.length === 0) return;
  state.episodes = state.episodes.filter((episode) => !forgotten.includes(episode));
  state.entries = state.entries.filter(({ t }) => !forgotten.some(({ first, last }) => t >= first && t <= last));
}
