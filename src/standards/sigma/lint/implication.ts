import { numberOf } from '../event-values.ts';
import { compilePattern, fold, hasWildcard, isAny, literalOf, type Pattern } from '../pattern.ts';
import type { Item, Matcher, Search } from '../rule.ts';

/** Whether every event of which `left` is true makes `right` true. false: it is not known. */
export function implies(left: Search, right: Search): boolean {
  if (right.kind === 'all') return right.searches.every((part) => implies(left, part));
  if (left.kind === 'any') return left.searches.every((part) => implies(part, right));
  if (right.kind !== 'item') return right.searches.some((part) => implies(left, part));
  if (left.kind !== 'item') return left.searches.some((part) => implies(part, right));
  return itemImplies(left, right);
}

/** Whether no event with single values makes both true. false: it is not known. */
export function excludes(left: Search, right: Search): boolean {
  if (left.kind === 'any') return left.searches.every((part) => excludes(part, right));
  if (right.kind === 'any') return right.searches.every((part) => excludes(left, part));
  if (left.kind !== 'item') return left.searches.some((part) => excludes(part, right));
  if (right.kind !== 'item') return right.searches.some((part) => excludes(left, part));
  if (left.field === undefined || left.field !== right.field || left.negated || right.negated) return false;
  return someOf(left).every((one) => someOf(right).every((other) => matchersExclude(one, other)));
}

/** Values of an item, any of which it takes; of `all` only the first, which it takes too. */
function someOf(item: Item): readonly Matcher[] {
  return item.all ? (item.values[0] ?? []) : item.values.flat();
}

function itemImplies(left: Item, right: Item): boolean {
  if (left.field !== right.field || left.negated || right.negated) return false;
  const groups = left.all ? left.values : [left.values.flat()];
  const wanted = right.all ? right.values : [right.values.flat()];
  return wanted.every((matchers) => groups.some((group) => valueImplies(group, matchers)));
}

/** Whether whatever one of the variants matches, one of the others does too. */
export function valueImplies(variants: readonly Matcher[], others: readonly Matcher[]): boolean {
  return variants.every((one) => others.some((other) => matcherImplies(one, other)));
}

function matcherImplies(left: Matcher, right: Matcher): boolean {
  if (right.kind === 'exists' && right.value) return !(left.kind === 'null' || (left.kind === 'exists' && !left.value));
  if (left.kind !== 'pattern' || right.kind !== 'pattern') return JSON.stringify(left) === JSON.stringify(right);
  if (right.cased && !left.cased) return false;
  const narrow = right.cased ? left.pattern : folded(left.pattern);
  const wide = right.cased ? right.pattern : folded(right.pattern);
  if (!hasWildcard(narrow)) return compilePattern(wide)(literalOf(narrow));
  if (JSON.stringify(narrow) === JSON.stringify(wide)) return true;
  const texts = wide.filter((part) => typeof part === 'string');
  const [text = ''] = texts;
  if (texts.length > 1 || wide.some((part) => typeof part !== 'string' && !isAny(part))) return false;
  const [first] = narrow;
  const last = narrow.at(-1);
  if (!isAny(wide[0])) return typeof first === 'string' && isAny(wide.at(-1)) && first.startsWith(text);
  if (!isAny(wide.at(-1))) return typeof last === 'string' && last.endsWith(text);
  return narrow.some((part) => typeof part === 'string' && part.includes(text));
}

function matchersExclude(left: Matcher, right: Matcher): boolean {
  if (isAbsence(left)) return !isAbsence(right) && right.kind !== 'exists';
  if (isAbsence(right)) return left.kind !== 'exists';
  if (left.kind === 'number' && right.kind === 'number') return left.value !== right.value;
  if (left.kind === 'number') return isOtherNumber(right, left.value);
  if (right.kind === 'number') return isOtherNumber(left, right.value);
  if (left.kind !== 'pattern' || right.kind !== 'pattern') return false;
  const [one, other] = [folded(left.pattern), folded(right.pattern)];
  if (!hasWildcard(one)) return !compilePattern(other)(literalOf(one));
  if (!hasWildcard(other)) return !compilePattern(one)(literalOf(other));
  const [head, otherHead] = [one[0], other[0]];
  if (typeof head === 'string' && typeof otherHead === 'string')
    if (!head.startsWith(otherHead) && !otherHead.startsWith(head)) return true;
  const [tail, otherTail] = [one.at(-1), other.at(-1)];
  if (typeof tail !== 'string' || typeof otherTail !== 'string') return false;
  return !tail.endsWith(otherTail) && !otherTail.endsWith(tail);
}

function isAbsence(matcher: Matcher): boolean {
  return matcher.kind === 'null' || (matcher.kind === 'exists' && !matcher.value);
}

function isOtherNumber(matcher: Matcher, number: number): boolean {
  return matcher.kind === 'pattern' && !hasWildcard(matcher.pattern) && numberOf(literalOf(matcher.pattern)) !== number;
}

function folded(pattern: Pattern): Pattern {
  return pattern.map((part) => (typeof part === 'string' ? fold(part) : part));
}
