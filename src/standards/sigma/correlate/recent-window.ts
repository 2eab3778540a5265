import type { SlidingFigure } from './sliding-figure.ts';
import type { Entry } from './window-state.ts';

/**
 * What was made of a group's entries for the last event, so that the next need not make it again. Not part of the state: it
 * is thrown away as soon as the entries are not those that it was made of, with one more at the end.
 */
export interface RecentWindow {
  /** Length of the entries after the last event. */
  length: number;
  keys: Set<string>;
  /** The window that ends with the last entry, and where it begins; absent when that was not the last to arrive. */
  window?: { figure: SlidingFigure; start: number } | undefined;
}

const recent = new WeakMap<readonly Entry[], RecentWindow>();
/** Below, it is as fast to look. */
const few = 32;

/** Before an event is counted; undefined: there are few. */
export function recentWindow(entries: readonly Entry[]): RecentWindow | undefined {
  if (entries.length < few) return undefined;
  let known = recent.get(entries);
  if (known?.length !== entries.length) {
    known = { length: entries.length, keys: new Set(entries.map(({ k }) => k)) };
    recent.set(entries, known);
  }
  return known;
}
