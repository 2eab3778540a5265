import { atOnce, mergeInTiles, mergeNearest, remove } from './merge-entries.ts';
import { tilesOf } from './tiles.ts';
import type { WindowPlan } from './window-plan.ts';
import type { Entry, Episode, WindowState } from './window-state.ts';

const bounds = { details: 25, episodes: 8 };

/** Forgets what no window can need, and keeps the rest bounded (SPEC.md [C21], [C27]). */
export function boundState<D, E extends Episode>(plan: WindowPlan, state: WindowState<D, E>, arrived: Entry<D>): void {
  if (plan.isClosed) mergeInTiles(plan, state);
  else {
    forgetOld(plan, state);
    if (state.entries.length > plan.limit) giveWay(plan, state.entries);
  }
  // One that an episode took leaves no detail behind.
  if (plan.isClosed || arrived.d !== undefined) boundDetails(plan, state);
  boundEpisodes(plan, state);
}

/** By each source's own time, so that none ages another's. */
function forgetOld({ timespanMs, latenessMs }: WindowPlan, state: WindowState): void {
  const keepMs = timespanMs + latenessMs;
  const oldest = Math.min(...state.sources.map(({ newest }) => newest)) - keepMs;
  const isOld = ({ t, s }: Entry) => t < (state.sources[s]?.newest ?? 0) - keepMs;
  // Nobody's are old when the first is not older than what the slowest source keeps.
  if ((state.entries[0]?.t ?? oldest) < oldest || state.sources.length > 1)
    if (state.entries.some(isOld)) state.entries = state.entries.filter((entry) => !isOld(entry));
}

/** Whether each entry matters to the figure, so that none can just be forgotten. */
function isMerged({ rule: { type, conditions }, limit }: WindowPlan): boolean {
  return type === 'value_sum' || (type === 'event_count' && conditions.some(({ value }) => value >= limit));
}

/** A flood of one value or of one rule must not push out the others: its own oldest goes first. */
function giveWay(plan: WindowPlan, entries: Entry[]): void {
  const { type } = plan.rule;
  if (isMerged(plan)) mergeNearest(entries);
  else if (type === 'event_count') entries.splice(0, entries.length - plan.limit + atOnce);
  else {
    const kindOf = ({ r, v }: Entry) => (type === 'value_count' ? v : r);
    const kinds = [...Map.groupBy(entries, kindOf).values()].map((of) => ({ of, gone: 0 }));
    const gone = new Set<Entry>();
    while (entries.length - gone.size > plan.limit - atOnce) {
      const most = kinds.reduce((one, other) =>
        other.of.length - other.gone > one.of.length - one.gone ? other : one,
      );
      const oldest = most.of[most.gone];
      if (!oldest) break;
      most.gone += 1;
      gone.add(oldest);
    }
    remove(entries, gone);
  }
}

/** Of sliding windows the newest can become part of an episode; of a window that waits for its end the first ones are shown, and what ends it. */
function boundDetails<D>(plan: WindowPlan, state: WindowState<D>): void {
  if (!plan.isClosed) {
    let shown = 0;
    // Before it came there were no more than the bound, so that one goes at most.
    for (let at = state.entries.length - 1; at >= 0 && shown <= bounds.details; at -= 1) {
      const entry = state.entries[at];
      if (entry?.d !== undefined && (shown += 1) > bounds.details) delete entry.d;
    }
    return;
  }
  const detailed = state.entries.filter(({ d }) => d !== undefined);
  if (detailed.length <= bounds.details) return;
  const kept = new Set<Entry<D> | undefined>();
  for (const { entries } of tilesOf(plan, state)) kept.add(entries[0]).add(entries.at(-1));
  for (const entry of detailed.slice(bounds.details)) if (!kept.has(entry)) delete entry.d;
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
