import { compileDetection, type EventTest } from './compile-rule.ts';
import { eventValues, type View } from './event-values.ts';
import type { Filter, Logsource, Rule } from './rule.ts';

/** Finds the rules that match an event. The brute-force one below is the oracle; a faster one must agree with it always. */
export interface Evaluator {
  /** @param json the JSON text that every value of the view was read from; with it, keywords are found sooner */
  evaluate(view: View, logsources: readonly Logsource[], json?: string): readonly Rule[];
  /** Makes it faster by what it has seen, for some tens of milliseconds; true while there is more to gain. The answers stay the same. */
  improve?(): boolean;
}

/** A rule applies when one of the event's logsources has every field the rule names, equal (SPEC.md [L1]). */
export function appliesTo(rule: Logsource, logsources: readonly Logsource[]): boolean {
  return logsources.some(
    (source) =>
      isSame(rule.product, source.product) &&
      isSame(rule.category, source.category) &&
      isSame(rule.service, source.service),
  );
}

function isSame(wanted: string | undefined, given: string | undefined): boolean {
  return wanted === undefined || wanted === given?.toLowerCase();
}

/** Tries every rule whose logsource fits, one after the other. Filters narrow the rules they name (SPEC.md [F1]). */
export function createEvaluator(rules: readonly Rule[], filters: readonly Filter[] = []): Evaluator {
  const compiled = rules.map((rule) => ({ rule, test: withFilters(rule, filters) }));
  const byLogsource = new Map<string, typeof compiled>();
  const maxKnown = 10_000;

  function applying(logsources: readonly Logsource[]): typeof compiled {
    const key = JSON.stringify(logsources.map(({ product, category, service }) => [product, category, service]));
    let fitting = byLogsource.get(key);
    if (!fitting) {
      fitting = compiled.filter(({ rule }) => appliesTo(rule.logsource, logsources));
      if (byLogsource.size >= maxKnown) byLogsource.clear();
      byLogsource.set(key, fitting);
    }
    return fitting;
  }

  return {
    evaluate(view, logsources) {
      const event = eventValues(view);
      return applying(logsources)
        .filter(({ test }) => test(event))
        .map(({ rule }) => rule);
    },
  };
}

function withFilters(rule: Rule, filters: readonly Filter[]): EventTest {
  const test = compileDetection(rule.detection);
  const keep = filtersOf(rule, filters).map((filter) => compileDetection(filter.detection));
  return keep.length === 0 ? test : (event) => test(event) && keep.every((filter) => filter(event));
}

/** The filters that narrow the rule. */
export function filtersOf(rule: Rule, filters: readonly Filter[]): Filter[] {
  return filters.filter((filter) => isFiltered(rule, filter));
}

function isFiltered(rule: Rule, filter: Filter): boolean {
  const isNamed =
    filter.rules === undefined ||
    filter.rules.some((reference) => reference === rule.header.id || reference === rule.header.name);
  return isNamed && appliesTo(filter.logsource, [rule.logsource]);
}
