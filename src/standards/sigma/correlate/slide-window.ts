import { coverEpisode } from './cover-episode.ts';
import type { RecentWindow } from './recent-window.ts';
import { slidingFigure } from './sliding-figure.ts';
import { isTwin, type WindowPlan } from './window-plan.ts';
import type { Advance, Entry, Episode, EpisodeKeeper, WindowState } from './window-state.ts';

/**
 * Looks at every window that holds the new entry: they end at the entry itself or at a later one within the timespan
 * (SPEC.md [C2], [C11]). More events cannot make such a condition false, so an entry fires once and stays fired.
 */
export function slideWindow<D, E extends Episode>(
  plan: WindowPlan,
  state: WindowState<D, E>,
  arrived: Entry<D>,
  keeper: EpisodeKeeper<D, E>,
  advance: Advance<D, E>,
  recent: RecentWindow | undefined,
): void {
  const { entries } = state;
  const { timespanMs } = plan;
  const ends: { entry: Entry<D>; detail: D | undefined }[] = [];
  let held: { first: number; last: number } | undefined;
  const isLast = entries.at(-1) === arrived;
  const place = isLast ? entries.length - 1 : entries.indexOf(arrived);
  const known = isLast ? recent?.window : undefined;
  const figure = known?.figure ?? slidingFigure(plan.rule, plan.holds);
  let start = known?.start ?? entries.findIndex(({ t }) => t >= arrived.t - timespanMs);
  const isHopeless = !isLast && !holdsAround(plan, entries, arrived);
  for (let at = known ? place : start; at < entries.length && !isHopeless; at += 1) {
    const end = entries[at];
    if (!end || end.t > arrived.t + timespanMs) break;
    figure.add(end);
    if (at < place) continue;
    for (let out = entries[start]; out && out.t < end.t - timespanMs; out = entries[(start += 1)]) figure.remove(out);
    // One that held before holds with more in it, and may now begin earlier.
    const hasFired = end.f === 1;
    if (!hasFired && !figure.holds()) continue;
    held = { first: held?.first ?? entries[start]?.t ?? end.t, last: end.t };
    if (hasFired) continue;
    const isTold = [entries[at - 1], entries[at + 1]].some((twin) => isTwin(plan, twin, end) && twin?.f === 1);
    end.f = 1;
    if (!isTold) ends.push({ entry: end, detail: end.d });
  }
  if (recent) recent.window = isLast ? { figure, start } : undefined;
  // All of these windows hold the new entry, so they are of one episode.
  const covered = coverEpisode(plan, state, { arrived, place }, keeper, held);
  if (!covered) return;
  advance.changed.add(covered.episode);
  for (const [index, { entry, detail }] of ends.entries()) {
    const sourceId = state.sources[entry.s]?.id ?? '';
    advance.firings.push({
      end: entry,
      detail,
      sourceId,
      episode: covered.episode,
      isFirst: covered.isNew && index === 0,
    });
  }
}

/** Whether all that shares a window with an entry would be enough together; if not, none of its windows holds. */
function holdsAround({ holds, timespanMs }: WindowPlan, entries: readonly Entry[], { t: time }: Entry): boolean {
  return holds(entries.filter(({ t }) => Math.abs(t - time) <= timespanMs));
}
