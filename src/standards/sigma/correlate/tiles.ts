import type { WindowPlan } from './window-plan.ts';
import type { Entry, WindowState } from './window-state.ts';

/** A window that is decided when it is over: it begins with an event and lasts one timespan, or to a window that is decided already. */
export interface Tile<D> {
  from: number;
  to: number;
  entries: Entry<D>[];
}

/** The undecided windows of a group, by time: the first event after one window begins the next (SPEC.md [C10]). */
export function tilesOf<D>({ timespanMs }: WindowPlan, { entries, decided = [] }: WindowState<D>): Tile<D>[] {
  const tiles: Tile<D>[] = [];
  for (const entry of entries) {
    const open = tiles.at(-1);
    if (open && entry.t <= open.to) open.entries.push(entry);
    else {
      const next = decided.find(({ from }) => from > entry.t);
      const to = Math.min(entry.t + timespanMs, next ? next.from - 1 : Infinity);
      tiles.push({ from: entry.t, to, entries: [entry] });
    }
  }
  return tiles;
}
