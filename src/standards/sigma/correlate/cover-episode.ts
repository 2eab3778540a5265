import { isTwin, type WindowPlan } from './window-plan.ts';
import type { Entry, Episode, EpisodeKeeper, WindowState } from './window-state.ts';

/** The new entry, and where it stands. */
export interface Arrival<D> {
  arrived: Entry<D>;
  place: number;
}

/**
 * Keeps episodes of sliding windows as what they are in the end, whatever the order of arrival (SPEC.md [C15], [C16]): every
 * window that held, and all that follows without a gap longer than the timespan. Every entry between an episode's first and
 * last time belongs to it; so what was counted before is known by the times alone. `held` is where the windows that hold the
 * new entry begin and end; undefined: none holds. Gives the episode that the entry changed.
 */
export function coverEpisode<D, E extends Episode>(
  plan: WindowPlan,
  state: WindowState<D, E>,
  { arrived, place }: Arrival<D>,
  keeper: EpisodeKeeper<D, E>,
  held: { first: number; last: number } | undefined,
): { episode: E; isNew: boolean } | undefined {
  const { timespanMs } = plan;
  if (!held) {
    const episode = state.episodes.findLast(({ first, last }) => arrived.t >= first && arrived.t <= last + timespanMs);
    if (!episode) return undefined;
    reach(plan, state, { arrived, place }, keeper, episode, { first: episode.first, last: arrived.t });
    return { episode, isNew: false };
  }
  const known = state.episodes.findLast(
    ({ first, last }) => held.first <= last + timespanMs && held.last >= first - timespanMs,
  );
  const episode = known ?? keeper.open({ anchor: held.first, first: held.first, last: held.first, count: 0 });
  if (!known) state.episodes.push(episode);
  reach(plan, state, { arrived, place }, keeper, episode, held);
  return { episode, isNew: !known };
}

/** Makes the episode reach over a span, and over all that follows closely enough. */
function reach<D, E extends Episode>(
  plan: WindowPlan,
  state: WindowState<D, E>,
  { arrived, place }: Arrival<D>,
  keeper: EpisodeKeeper<D, E>,
  episode: E,
  span: { first: number; last: number },
): void {
  const before = state.episodes.filter(({ count }) => count > 0).map(({ first, last }) => ({ first, last }));
  const wasCounted = (entry: Entry<D>) =>
    entry !== arrived && before.some(({ first, last }) => entry.t >= first && entry.t <= last);
  // What lies before the new entry is counted already, unless the episode begins earlier now.
  const from = span.first < episode.first || episode.count === 0 ? 0 : place;
  episode.first = Math.min(episode.first, span.first);
  episode.last = Math.max(episode.last, span.last);
  for (let at = from; at < state.entries.length; at += 1) {
    const entry = state.entries[at];
    if (!entry || entry.t < episode.first) continue;
    if (entry.t > episode.last + plan.timespanMs) break;
    episode.last = Math.max(episode.last, entry.t);
    if (wasCounted(entry)) continue;
    const next = state.entries[at + 1];
    const isCountedTwin =
      isTwin(plan, state.entries[at - 1], entry) || (isTwin(plan, entry, next) && !!next && wasCounted(next));
    const { d } = entry;
    delete entry.d;
    if (isCountedTwin) continue;
    episode.count += entry.w ?? 1;
    keeper.add(episode, state.sources[entry.s]?.id ?? '', d);
  }
}
