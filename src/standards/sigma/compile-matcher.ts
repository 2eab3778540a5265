import { canonicalAddress, isInRange } from '../../base/address.ts';
import { numberOf, type EventValue, type EventValues } from './event-values.ts';
import { compilePattern, fold, type TextTest } from './pattern.ts';
import { compileRegex } from './match/regex-test.ts';
import type { Comparison, Matcher } from './rule.ts';
import { timePartOf } from './match/time-part.ts';

/** What a matcher says of a field's values; `undefined` when the field is absent. */
export type ValuesTest = (values: readonly EventValue[] | undefined, event: EventValues) => boolean;

export function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'eq':
      return left === right;
    case 'neq':
      return left !== right;
  }
}

/** Any element of a list will do, for every kind of test (SPEC.md [E2]). */
export function compileMatcher(matcher: Matcher): ValuesTest {
  switch (matcher.kind) {
    case 'exists':
      return (values) => (values !== undefined) === matcher.value;
    case 'null':
      return (values) => values === undefined || values.length === 0 || values.some((value) => value.raw === null);
    case 'pattern': {
      const test = patternTest(matcher);
      return matcher.cased
        ? any((value) => value.raw !== null && test(value.text))
        : any((value) => value.raw !== null && test(value.folded));
    }
    case 'number':
      return any((value) => numberOf(value.raw) === matcher.value);
    case 'boolean': {
      const words = matcher.value ? ['true', '1'] : ['false', '0'];
      return any((value) => value.raw !== null && words.includes(value.folded));
    }
    case 'regex': {
      const test = compileRegex(matcher);
      return any((value) => value.raw !== null && test(value.text));
    }
    case 'cidr':
      return any((value) => isAddressIn(value, matcher.network));
    case 'compare':
      return any((value) => {
        const number = numberOf(value.raw);
        return number !== undefined && compare(number, matcher.comparison, matcher.value);
      });
    case 'time':
      return any((value) => {
        const part = timePartOf(value.raw, matcher.part);
        return part !== undefined && compare(part, matcher.comparison, matcher.value);
      });
    case 'fieldref':
      return (values, event) => refers(values, event.of(matcher.field), matcher);
  }
}

function any(test: (value: EventValue) => boolean): ValuesTest {
  return (values) => {
    if (values === undefined) return false;
    for (const value of values) if (test(value)) return true;
    return false;
  };
}

function patternTest(matcher: Extract<Matcher, { kind: 'pattern' }>): TextTest {
  if (matcher.cased) return compilePattern(matcher.pattern);
  return compilePattern(matcher.pattern.map((part) => (typeof part === 'string' ? fold(part) : part)));
}

function isAddressIn(value: EventValue, network: string): boolean {
  if (typeof value.raw !== 'string') return false;
  const address = canonicalAddress(value.raw.trim());
  return address !== undefined && isInRange(address, network);
}

/** An absent or null side never refers (SPEC.md [M9]). */
function refers(
  values: readonly EventValue[] | undefined,
  others: readonly EventValue[] | undefined,
  { position, cased }: Extract<Matcher, { kind: 'fieldref' }>,
): boolean {
  if (!values || !others) return false;
  return values.some((value) =>
    others.some((other) => {
      if (value.raw === null || other.raw === null) return false;
      const [left, right] = cased ? [value.text, other.text] : [value.folded, other.folded];
      if (position === 'whole') return left === right;
      if (right === '') return false;
      if (position === 'start') return left.startsWith(right);
      return position === 'end' ? left.endsWith(right) : left.includes(right);
    }),
  );
}
