import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirebreakError } from '../../base/errors.ts';
import { evaluateComparison, parseComparison, type Known } from './index.ts';

function holds(expression: string, values: Record<string, Known>): boolean {
  return evaluateComparison(parseComparison(expression), (path) => [values[path.type]]);
}

describe('a comparison', () => {
  it.each([
    ["__a__:value = 'x'", { __a__: 'x' }, true],
    ["__a__:value == 'x'", { __a__: 'X' }, false],
    ["__a__:value != 'x'", { __a__: 'y' }, true],
    ["__a__:value <> 'x'", { __a__: 'x' }, false],
    ['__n__:value > 9', { __n__: '10' }, true],
    ['__n__:value >= 10', { __n__: 10 }, true],
    ['__n__:value < -1.5', { __n__: '-2' }, true],
    ['__n__:value <= 3', { __n__: 'many' }, false],
    ["__n__:value > '9'", { __n__: 10 }, true],
    ["__a__:value IN ('x', 'y')", { __a__: 'y' }, true],
    ["__a__:value NOT IN ('x', 'y')", { __a__: 'z' }, true],
    ["__a__:value IN ('a b', 'c')", { __a__: 'a b' }, true],
    ["__a__:value LIKE 'web%'", { __a__: 'web-1\nx' }, true],
    ["__a__:value LIKE 'w_b'", { __a__: 'wb' }, false],
    ["__a__:value LIKE 'a.b'", { __a__: 'axb' }, false],
    ["__a__:value MATCHES '^w[0-9]+$'", { __a__: 'w42' }, true],
    ["__a__:value NOT MATCHES '^w'", { __a__: 'x' }, true],
    ["__a__:value ISSUBSET '192.0.2.0/24'", { __a__: '192.0.2.9' }, true],
    ["__a__:value ISSUBSET '192.0.2.0/24'", { __a__: '192.0.0.0/16' }, false],
    ["__a__:value ISSUPERSET '192.0.2.9'", { __a__: '192.0.2.0/24' }, true],
    ["__a__:value ISSUBSET '2001:db8::/32'", { __a__: '2001:db8::1' }, true],
    ["__a__:value ISSUBSET '10.0.0.0/8'", { __a__: 'not an address' }, false],
    ['EXISTS __a__:value', { __a__: '' }, true],
    ['EXISTS __a__:value', { __a__: null }, false],
    ["NOT __a__:value = 'x'", { __a__: 'y' }, true],
    ['__b__:value = true', { __b__: 'TRUE' }, true],
    ["__t__:value > t'2026-01-01T00:00:00Z'", { __t__: '2026-02-01T00:00:00Z' }, true],
    ["__a__:value = 'it\\'s'", { __a__: "it's" }, true],
    ["__a__:value = 'x' OR __a__:value = 'y' AND __b__:value = 'z'", { __a__: 'x', __b__: 'no' }, true],
    ["(__a__:value = 'x' OR __a__:value = 'y') AND __b__:value = 'z'", { __a__: 'x', __b__: 'no' }, false],
    ["__a__:value != 'x'", {}, false],
  ])('%s over %j is %s', (expression, values, expected) => {
    expect(holds(expression, values)).toBe(expected);
  });

  it('runs a hostile regular expression in linear time', () => {
    const startedAt = performance.now();
    expect(holds("__a__:value MATCHES '^(a+)+$'", { __a__: `${'a'.repeat(20_000)}!` })).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each([
    ['', 1],
    ["__a__:value 'x'", 13],
    ["__a__ = 'x'", 7],
    ["__a__:value = 'x", 15],
    ["__a__:value = 'x' AND", 22],
    ["(__a__:value = 'x'", 19],
    ["__a__:value = 'x' __b__:value = 'y'", 19],
    ["__a__:value MATCHES '('", 21],
    ["__a__:value ISSUBSET 'here'", 22],
    ['__a__:value = $', 15],
  ])('%j is refused with its column', (expression, column) => {
    const error = catchError(() => parseComparison(expression));
    expect(error.where?.column).toBe(column);
    expect(error.fix).not.toBe('');
  });

  it('is bounded in length and depth', () => {
    expect(catchError(() => parseComparison(`${'('.repeat(1_000)}a:b = 1`)).code).toBe('STIX.TOO_LONG');
    expect(catchError(() => parseComparison(`${'NOT '.repeat(2_000)}a:b = 1`)).code).toBe('STIX.TOO_LONG');
    expect(catchError(() => parseComparison('x'.repeat(20_000))).code).toBe('STIX.TOO_LONG');
  });

  it('never throws anything but a stated error', () => {
    const alphabet = ["'", '\\', '(', ')', ':', '=', 'AND', 'OR', 'NOT', ' ', 'a', '1', '[', '*', "h'", 'IN', ','];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 40 }), (parts) => {
        try {
          evaluateComparison(parseComparison(parts.join('')), () => ['x']);
        } catch (error) {
          expect(error).toBeInstanceOf(FirebreakError);
        }
      }),
    );
  });
});

function catchError(work: () => unknown): FirebreakError {
  try {
    work();
  } catch (error) {
    if (error instanceof FirebreakError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
