import { compileMatcher } from './compile-matcher.ts';
import type { EventValues } from './event-values.ts';
import type { Condition, Detection, Item, Search } from './rule.ts';

export type EventTest = (event: EventValues) => boolean;

export function compileItem(item: Item): EventTest {
  const { field, all, negated } = item;
  const tests = item.values.map((variants) => {
    const variantTests = variants.map(compileMatcher);
    const [only] = variantTests;
    if (variantTests.length === 1 && only) return only;
    return ((values, event) => variantTests.some((test) => test(values, event))) satisfies typeof only;
  });
  const [only] = tests;
  return (event) => {
    const values = field === undefined ? event.all() : event.of(field);
    const matches =
      tests.length === 1 && only
        ? only(values, event)
        : all
          ? tests.every((test) => test(values, event))
          : tests.some((test) => test(values, event));
    return matches !== negated;
  };
}

export function compileSearch(search: Search): EventTest {
  if (search.kind === 'item') return compileItem(search);
  const tests = search.searches.map(compileSearch);
  return search.kind === 'all'
    ? (event) => tests.every((test) => test(event))
    : (event) => tests.some((test) => test(event));
}

/** Short-circuits; a search that the condition names twice is a closure used twice. */
export function compileDetection(detection: Detection): EventTest {
  const searches = new Map([...detection.searches].map(([name, search]) => [name, compileSearch(search)] as const));
  return compileCondition(detection.condition, searches);
}

export function compileCondition(condition: Condition, searches: ReadonlyMap<string, EventTest>): EventTest {
  if (condition.kind === 'search') return searches.get(condition.name) ?? (() => false);
  if (condition.kind === 'not') {
    const inner = compileCondition(condition.of, searches);
    return (event) => !inner(event);
  }
  const tests = condition.of.map((part) => compileCondition(part, searches));
  return condition.kind === 'and'
    ? (event) => tests.every((test) => test(event))
    : (event) => tests.some((test) => test(event));
}
