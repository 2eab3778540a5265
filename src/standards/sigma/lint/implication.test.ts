import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileSearch } from '../compile-rule.ts';
import { eventValues } from '../event-values.ts';
import { parseDocuments } from '../parse-documents.ts';
import type { Search } from '../rule.ts';
import { excludes, implies } from './implication.ts';

const text = fc
  // Few letters, so that values are often part of each other.
  .array(fc.constantFrom('a', 'b', 'a', 'b', 'ab', 'A', '*', '*', '?', '\\', '1', '.0', 'İ', 'σ', 'ς'), {
    maxLength: 4,
  })
  .map((parts) => parts.join(''));
const keys = ['f', 'f|contains', 'f|startswith', 'f|endswith', 'f|cased', 'f|contains|all', 'f|neq', 'f|re', 'g'];
/** Two searches over few values, so that they have to do with each other. */
const pair = text.chain((one) => {
  const texts = [one, `b${one}`, `${one}a`, 'a'];
  const value = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...texts) }, fc.constantFrom(1, 10, true, null));
  const entry = fc.tuple(fc.constantFrom(...keys), fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 2 })));
  const map = fc.array(entry, { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries));
  const exists = fc.boolean().map((is) => ({ 'f|exists': is }));
  const search = fc.oneof({ weight: 6, arbitrary: map }, fc.array(map, { minLength: 1, maxLength: 2 }), exists);
  return fc.tuple(search, search);
});

/** How a value of a rule becomes one of an event: its wildcards filled, something round it, another letter case. */
const letters = fc.constantFrom('', '', 'a', 'b', 'A', '\\');
const making = fc.record({
  pick: fc.nat(),
  before: letters,
  fill: letters,
  after: letters,
  g: letters,
  isUpper: fc.boolean(),
});

function textsIn(given: unknown): unknown[] {
  if (Array.isArray(given)) return given.flatMap(textsIn);
  return typeof given === 'object' && given !== null ? Object.values(given).flatMap(textsIn) : [given];
}

function searchesOf(one: unknown, two: unknown): [Search, Search] | undefined {
  const document = JSON.stringify({ title: 't', logsource: {}, detection: { one, two, condition: 'one or two' } });
  const [read] = parseDocuments(document, 'r.yml').map((parsed) => parsed.read);
  if (read?.kind !== 'rule') return undefined;
  const [left, right] = [...read.detection.searches.values()];
  return left && right && [left, right];
}

test(
  'what is said to imply does, and what is said to exclude does, of events with single values',
  { timeout: 120_000 },
  () => {
    let [implied, excluded] = [0, 0];
    fc.assert(
      fc.property(pair, fc.array(making, { minLength: 30, maxLength: 30 }), ([one, two], makings) => {
        const searches = searchesOf(one, two);
        if (!searches) return;
        const [left, right] = searches;
        const [isNarrower, isApart] = [implies(left, right), excludes(left, right)];
        if (!isNarrower && !isApart) return;
        implied += Number(isNarrower);
        excluded += Number(isApart);
        const [leftHolds, rightHolds] = [compileSearch(left), compileSearch(right)];
        const known = textsIn([one, two]);
        for (const { pick, before, fill, after, g, isUpper } of makings) {
          const value = known[pick % known.length];
          const plain = typeof value === 'string' ? before + value.replaceAll(/[*?]/g, fill) + after : value;
          const f = isUpper && typeof plain === 'string' ? plain.toUpperCase() : plain;
          const view = pick % 7 === 0 ? { g } : { f, g };
          const values = eventValues(view);
          if (!leftHolds(values)) continue;
          if (isNarrower) expect(rightHolds(values), JSON.stringify(view)).toBe(true);
          if (isApart) expect(rightHolds(values), JSON.stringify(view)).toBe(false);
        }
      }),
      { numRuns: 4_000 },
    );
    // Otherwise nothing was tried.
    expect(implied).toBeGreaterThan(50);
    expect(excluded).toBeGreaterThan(50);
  },
);
