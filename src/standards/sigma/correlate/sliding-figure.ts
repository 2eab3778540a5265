import { compare } from '../compile-matcher.ts';
import type { LinkedCorrelation } from '../link-rules.ts';
import type { Entry } from './window-state.ts';
import type { WindowTest } from './window-test.ts';

/** A window that moves along the entries: they come in at its end, and go out at its beginning. */
export interface SlidingFigure {
  add(entry: Entry): void;
  remove(entry: Entry): void;
  holds(): boolean;
}

/** Counts are kept while the window moves; every other figure is made anew of what is in it. */
export function slidingFigure(rule: LinkedCorrelation, holds: WindowTest): SlidingFigure {
  if (rule.type === 'value_count') return countKinds(rule, ({ v }) => v);
  if (rule.type === 'temporal' && !rule.expression) return countKinds(rule, ({ r = 0 }) => r);
  if (rule.type === 'event_count') return countEvents(rule);
  const window: Entry[] = [];
  return {
    add: (entry) => void window.push(entry),
    remove: () => void window.shift(),
    holds: () => holds(window),
  };
}

const isWanted = ({ conditions }: LinkedCorrelation, figure: number) =>
  conditions.every(({ comparison, value }) => compare(figure, comparison, value));

function countEvents(rule: LinkedCorrelation): SlidingFigure {
  let count = 0;
  return {
    add: ({ w = 1 }) => void (count += w),
    remove: ({ w = 1 }) => void (count -= w),
    holds: () => isWanted(rule, count),
  };
}

function countKinds(rule: LinkedCorrelation, kindOf: (entry: Entry) => string | number | undefined): SlidingFigure {
  const counts = new Map<string | number | undefined, number>();
  return {
    add(entry) {
      const kind = kindOf(entry);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    },
    remove(entry) {
      const kind = kindOf(entry);
      const left = (counts.get(kind) ?? 0) - 1;
      if (left > 0) counts.set(kind, left);
      else counts.delete(kind);
    },
    holds: () => isWanted(rule, counts.size),
  };
}
