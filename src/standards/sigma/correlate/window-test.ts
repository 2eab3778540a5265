import { compare } from '../compile-matcher.ts';
import type { LinkedCorrelation } from '../link-rules.ts';
import { expressionTest } from './expression-test.ts';
import { longestInOrder } from './in-order.ts';
import { percentileOf } from './percentile.ts';
import type { Entry } from './window-state.ts';

/** Whether the condition holds of the entries of one window, which stand by time, then order of arrival. */
export type WindowTest = (window: readonly Entry[]) => boolean;

/** SPEC.md [C3] to [C9]: what each type makes of a window. */
export function windowTest(rule: LinkedCorrelation): WindowTest {
  const { conditions } = rule;
  if (rule.expression) return expressionTest(rule, rule.expression);
  const isWanted = (figure: number) => conditions.every(({ comparison, value }) => compare(figure, comparison, value));
  if (rule.type === 'value_percentile' && rule.percentile === undefined)
    return (window) => sharesOf(window).some(({ least, most }) => isWanted(least) && isWanted(most));
  const figureOf = figures(rule);
  return (window) => isWanted(figureOf(window));
}

function figures(rule: LinkedCorrelation): (window: readonly Entry[]) => number {
  switch (rule.type) {
    case 'event_count':
      return weightOf;
    case 'value_count':
      return (window) => new Set(window.map(({ v }) => v)).size;
    case 'temporal':
      return (window) => new Set(window.map(({ r }) => r ?? 0)).size;
    case 'temporal_ordered':
      return (window) => longestInOrder(window.map(({ r }) => r ?? 0));
    case 'value_sum':
      return sumOf;
    case 'value_avg':
      return meanOf;
    case 'value_median':
      return (window) => percentileOf(window, 50);
    case 'value_percentile':
      return (window) => percentileOf(window, rule.percentile ?? 50);
  }
}

function weightOf(window: readonly Entry[]): number {
  return window.reduce((sum, { w = 1 }) => sum + w, 0);
}

function sumOf(window: readonly Entry[]): number {
  return window.reduce((sum, { n = 0, w = 1 }) => sum + n * w, 0);
}

/** Each number is divided before it is added, where the sum would be more than a double can hold. */
function meanOf(window: readonly Entry[]): number {
  const [sum, weight] = [sumOf(window), weightOf(window)];
  if (Number.isFinite(sum)) return sum / weight;
  return window.reduce((mean, { n = 0, w = 1 }) => mean + n * (w / weight), 0);
}

/** How many percent of the window each value is. What lost its value to the bound could be of any. */
function sharesOf(window: readonly Entry[]): { least: number; most: number }[] {
  const weights = new Map<string, number>();
  let unknown = 0;
  for (const { v, w = 1 } of window)
    if (v === undefined) unknown += w;
    else weights.set(v, (weights.get(v) ?? 0) + w);
  const percent = 100 / weightOf(window);
  return [...weights.values()].map((weight) => ({ least: weight * percent, most: (weight + unknown) * percent }));
}
