import type { FirebreakError } from '../../../base/errors.ts';
import type { LocatedDocument } from '../yaml/located-document.ts';
import type { Condition, Detection, Search } from '../rule.ts';
import { findings } from './findings.ts';
import { excludes, implies } from './implication.ts';
import { needsText } from './needs-text.ts';

/** More searches than this are not tried in all combinations. */
const mostSearches = 12;

/** What the condition makes of its searches: never or always true, searches without effect, no text to look for. */
export function checkLogic(doc: LocatedDocument, detection: Detection, section: string): FirebreakError[] {
  const { condition, conditionText, searches } = detection;
  const at = { where: doc.where([section, 'condition']) };
  const found: FirebreakError[] = [];
  const used = namesOf(condition);
  for (const name of searches.keys())
    if (!used.has(name) && !name.startsWith('_'))
      found.push(findings.UNUSED_SEARCH([name], { where: doc.where([section, name]) }));
  if (/(?:^|[\s(])all\s+of\s+them(?:[\s)]|$)/i.test(conditionText)) found.push(findings.ALL_OF_THEM([], at));
  const outcome = outcomeOf(condition, searches, [...used]);
  if (outcome === 'always') found.push(findings.ALWAYS_TRUE([], at));
  else if (outcome === 'never') found.push(findings.NEVER_TRUE([], at));
  else {
    for (const name of outcome.useless)
      found.push(findings.USELESS_SEARCH([name], { where: doc.where([section, name]) }));
    if (section === 'detection' && !needsText(detection)) found.push(findings.NO_ANCHOR([], at));
  }
  return found;
}

function namesOf(condition: Condition): Set<string> {
  if (condition.kind === 'search') return new Set([condition.name]);
  if (condition.kind === 'not') return namesOf(condition.of);
  return new Set(condition.of.flatMap((part) => [...namesOf(part)]));
}

/** Tries every combination of truths that the searches can have beside each other. */
function outcomeOf(
  condition: Condition,
  searches: ReadonlyMap<string, Search>,
  names: readonly string[],
): 'always' | 'never' | { useless: string[] } {
  if (names.length > mostSearches) return { useless: [] };
  const found = names.map((name) => searches.get(name));
  const pairs = found.flatMap((left, one) =>
    found.flatMap((right, other) =>
      left && right && one !== other
        ? [{ one, other, narrower: implies(left, right), apart: excludes(left, right) }]
        : [],
    ),
  );
  const impossible = found.map((search) => search !== undefined && isImpossible(search));
  const holds = (row: number, index: number) => ((row >> index) & 1) === 1;
  const isPossible = (row: number) =>
    !impossible.some((never, index) => never && holds(row, index)) &&
    pairs.every(({ one, other, narrower, apart }) => !holds(row, one) || (holds(row, other) ? !apart : !narrower));
  const results = new Map<number, boolean>();
  for (let row = 0; row < 1 << names.length; row += 1)
    if (isPossible(row))
      results.set(
        row,
        truthOf(condition, (name) => holds(row, names.indexOf(name))),
      );
  const values = new Set(results.values());
  if (!values.has(true)) return 'never';
  if (!values.has(false)) return 'always';
  return {
    useless: names.filter((_, index) =>
      [...results].every(([row, value]) => (results.get(row ^ (1 << index)) ?? value) === value),
    ),
  };
}

/** A map of which two items exclude each other. */
function isImpossible(search: Search): boolean {
  if (search.kind === 'item') return false;
  if (search.kind === 'any') return search.searches.every(isImpossible);
  return search.searches.some(
    (part, index) => isImpossible(part) || search.searches.slice(index + 1).some((other) => excludes(part, other)),
  );
}

function truthOf(condition: Condition, holds: (name: string) => boolean): boolean {
  if (condition.kind === 'search') return holds(condition.name);
  if (condition.kind === 'not') return !truthOf(condition.of, holds);
  return condition.kind === 'and'
    ? condition.of.every((part) => truthOf(part, holds))
    : condition.of.some((part) => truthOf(part, holds));
}
