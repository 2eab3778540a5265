import type { Condition, Correlation } from '../rule.ts';

/** Types whose figure only grows while events are added (of value_sum because negative numbers are left out). */
const growing: readonly Correlation['type'][] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
];

/**
 * Whether more events can make its condition false again, so that a window is decided only when it is over (SPEC.md [C10]).
 * Otherwise it fires at the event that makes it true.
 */
export function isClosed({ type, conditions, expression }: Correlation): boolean {
  if (expression) return hasNot(expression);
  return !growing.includes(type) || conditions.some(({ comparison }) => comparison !== 'gt' && comparison !== 'gte');
}

function hasNot(condition: Condition): boolean {
  if (condition.kind === 'not') return true;
  return condition.kind !== 'search' && condition.of.some(hasNot);
}
