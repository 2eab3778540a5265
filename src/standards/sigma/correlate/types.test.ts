import { describe, expect, test } from 'vitest';
import { firedAt, play, type Played } from '../../../../test/correlation.ts';

const by = 'group-by: [ip], timespan: 10s';
const counting = (condition: string) => `type: event_count, rules: [a], condition: {${condition}}, ${by}`;
const a = (at: number, more: Partial<Played> = {}): Played => ({ is: 'a', ip: '203.0.113.9', at, ...more });
const is = (rules: string, at: number, more: Partial<Played> = {}): Played => a(at, { is: rules, ...more });

describe('[C2] both edges belong to a window', () => {
  test.each<[string, string, number[], string[]]>([
    ['exactly one timespan apart', 'gte: 3', [0, 5, 10], ['corr@10!']],
    ['one millisecond more', 'gte: 3', [0, 5, 10.001], []],
    ['gt', 'gt: 2', [0, 5, 10], ['corr@10!']],
  ])('%s', (_name, condition, times, expected) => {
    expect(
      firedAt(
        counting(condition),
        times.map((at) => a(at)),
      ),
    ).toEqual(expected);
  });
});

test('[C3] event_count: a line that tells of n counts n; several rules are counted together', () => {
  expect(firedAt(counting('gte: 3'), [a(0), a(1, { weight: 2 })])).toEqual(['corr@1!']);
  expect(firedAt(counting('gte: 2').replace('[a]', '[a, b]'), [a(0), is('b', 1)])).toEqual(['corr@1!']);
});

describe('[C4] value_count', () => {
  const rule = `type: value_count, rules: [a], condition: {field: u, gte: 3}, ${by}`;
  const users = (text: string, step = 1) => text.split('').map((u, at) => a(at * step, { u }));
  test('counts different values, not events, without case', () => {
    expect(firedAt(rule, users('xyxyz'))).toEqual(['corr@4!']);
    expect(firedAt(rule, users('xXyYx'))).toEqual([]);
    expect(firedAt(rule, users('xyz', 5.5))).toEqual([]);
  });
  test('a number and its text are one value; combinations are counted of several fields', () => {
    expect(firedAt(rule, [a(0, { u: 1 }), a(1, { u: '1' }), a(2, { u: 2 })])).toEqual([]);
    const pairs = rule.replace('field: u', 'field: [u, v]');
    const events = ['xp', 'xq', 'yp'].map(([u, v], at) => a(at, { u, v }));
    expect(firedAt(pairs, events)).toEqual(['corr@2!']);
    // Together, not one after the other.
    expect(firedAt(pairs, [a(0, { u: 'x', v: 'yz' }), a(1, { u: 'xy', v: 'z' }), a(2, { u: 'x', v: 'yz' })])).toEqual(
      [],
    );
  });
});

describe('[C5] temporal', () => {
  const rule = `type: temporal, rules: [a, b, c], ${by}`;
  test('counts different rules in any order, all of them without a condition', () => {
    expect(firedAt(rule, [is('c', 0), is('a', 1), is('a', 2), is('b', 3)])).toEqual(['corr@3!']);
    expect(firedAt(rule, [is('c', 0), is('a', 1), is('b', 11)])).toEqual([]);
    expect(firedAt(rule, [is('c', 0, { ip: 'other' }), is('a', 1), is('b', 3)])).toEqual([]);
    expect(firedAt(rule, [is('abc', 0)])).toEqual(['corr@0!']);
  });
  test('fewer than all, when the condition says so', () => {
    expect(firedAt(`${rule}, condition: {gte: 2}`, [is('c', 0), is('c', 1), is('a', 2)])).toEqual(['corr@2!']);
  });
});

describe('[C5] temporal_ordered', () => {
  const rule = `type: temporal_ordered, rules: [a, b, c], ${by}`;
  const steps = (text: string) => text.split('').map((letter, at) => is(letter, at));
  test.each<[string, string[]]>([
    ['abc', ['corr@2!']],
    ['acb', []],
    ['bac', []],
    ['acbc', ['corr@3!']],
    ['cabac', ['corr@4!']],
    ['aabbcc', ['corr@4!', 'corr@5']],
  ])('%s', (text, expected) => {
    expect(firedAt(rule, steps(text))).toEqual(expected);
  });
  test('over the timespan, or with an older beginning', () => {
    expect(firedAt(rule, [is('a', 0), is('b', 1), is('c', 10.5)])).toEqual([]);
    expect(firedAt(rule, [is('a', 0), is('a', 8), is('b', 9), is('c', 12)])).toEqual(['corr@12!']);
  });
  test('fewer than all: so many different rules in the order of the list', () => {
    const two = `${rule}, condition: {gte: 2}`;
    expect(firedAt(two, steps('ac'))).toEqual(['corr@1!']);
    expect(firedAt(two, steps('cba'))).toEqual([]);
    expect(firedAt(two, steps('cbac'))).toEqual(['corr@3!']);
  });
});

describe('[C13] events of equal time', () => {
  const rule = `type: temporal_ordered, rules: [a, b, c], ${by}`;
  test('stand in the order of their arrival, whichever is counted first', () => {
    expect(firedAt(rule, [is('a', 5), is('b', 5), is('c', 5)])).toEqual(['corr@5!']);
    expect(firedAt(rule, [is('c', 5), is('b', 5), is('a', 5)])).toEqual([]);
    const late = [is('c', 5, { order: 3 }), is('a', 5, { order: 1 }), is('b', 5, { order: 2 })];
    expect(firedAt(rule, late)).toEqual(['corr@5!']);
  });
  test('one event is never before itself', () => {
    expect(firedAt(rule, [is('abc', 5)])).toEqual([]);
    expect(firedAt(rule, [is('abc', 5), is('abc', 6), is('abc', 7)])).toEqual(['corr@7!']);
  });
});

describe('[C6] value_sum, value_avg and value_median', () => {
  const rule = (type: string, condition: string) =>
    `type: ${type}, rules: [a], condition: {field: n, ${condition}}, ${by}`;
  const numbers = (...all: unknown[]) => all.map((n, at) => a(at, { n }));
  test('a sum fires at the event that makes it, also of numbers as text and of weights', () => {
    expect(firedAt(rule('value_sum', 'gt: 10'), numbers(5, '5', 0.5))).toEqual(['corr@2!']);
    expect(firedAt(rule('value_sum', 'gte: 10'), [a(0, { n: 4 }), a(11, { n: 6 })])).toEqual([]);
    expect(firedAt(rule('value_sum', 'gte: 10'), [a(0, { n: 2, weight: 5 })])).toEqual(['corr@0!']);
  });
  test('negative numbers do not hide what was sent', () => {
    const { firings, incomplete } = play(rule('value_sum', 'gte: 10'), numbers(6, -100, 6));
    expect(firings).toHaveLength(1);
    expect(incomplete).toEqual(new Map([['corr', 1]]));
    // A window that is decided at its end knows them all.
    expect(firedAt(rule('value_sum', 'gte: 1, lte: 4'), numbers(5, -2))).toEqual(['corr@1!']);
  });
  test('mean and median are of the whole window', () => {
    expect(firedAt(rule('value_avg', 'gt: 500'), numbers(600, 100, 100))).toEqual([]);
    expect(firedAt(rule('value_avg', 'gt: 500'), numbers(100, 900, 502))).toEqual(['corr@2!']);
    expect(firedAt(rule('value_avg', 'gt: 0.5, lt: 0.7'), numbers(0.5, 0.75))).toEqual(['corr@1!']);
    expect(firedAt(rule('value_median', 'eq: 2.5'), numbers(1, 2, 3, 100))).toEqual(['corr@3!']);
    expect(firedAt(rule('value_median', 'eq: 2'), numbers(1, 2, 1_000_000))).toEqual(['corr@2!']);
    expect(firedAt(rule('value_median', 'eq: 1'), [a(0, { n: 1, weight: 3 }), a(1, { n: 9, weight: 2 })])).toEqual([
      'corr@1!',
    ]);
  });
});

describe('[C7] a condition as text', () => {
  const rule = (type: string, text: string) => `type: ${type}, rules: [a, b, c], condition: '${text}', ${by}`;
  const steps = (text: string) => text.split('').map((letter, at) => is(letter, at));
  test.each<[string, string, string, string[]]>([
    ['temporal', 'a and (b or c)', 'ac', ['corr@1!']],
    ['temporal', 'a and (b or c)', 'bc', []],
    ['temporal', '2 of them', 'x', ['BAD_CONDITION']],
    ['temporal', 'all of them', 'cba', ['corr@2!']],
    ['temporal', 'a and not b', 'ac', ['corr@1!']],
    ['temporal', 'a and not b', 'acb', []],
    ['temporal', 'a and b and not c', 'ab', ['corr@1!']],
    ['temporal_ordered', 'a and b', 'ab', ['corr@1!']],
    ['temporal_ordered', 'a and b', 'ba', []],
    ['temporal_ordered', '(a or b) and c', 'bc', ['corr@1!']],
    ['temporal_ordered', '(a or b) and c', 'ca', []],
    ['temporal_ordered', 'a and not b and c', 'ac', ['corr@1!']],
    ['temporal_ordered', 'a and not b and c', 'abc', []],
    ['temporal_ordered', 'a and not b and c', 'ca', []],
    ['temporal_ordered', 'not (b or c)', 'aa', ['corr@1!']],
    ['temporal', 'a and d', 'a', ['NOT_COUNTED']],
  ])('%s: %s of %s', (type, text, played, expected) => {
    const outcome = () => firedAt(rule(type, text), steps(played));
    if (/^[A-Z_]+$/.test(expected[0] ?? ''))
      expect(outcome).toThrow(expect.objectContaining({ code: `SIGMA.${expected[0]}` }) as Error);
    else expect(outcome()).toEqual(expected);
  });
});

describe('[C8] value_percentile', () => {
  const percentile = (p: number, condition: string) =>
    `type: value_percentile, rules: [a], condition: {field: n, percentile: ${p}, ${condition}}, ${by}`;
  const numbers = (...all: number[]) => all.map((n, at) => a(at / 10, { n }));
  test('is linear between the two closest ranks', () => {
    expect(firedAt(percentile(90, 'eq: 4.6'), numbers(1, 2, 3, 4, 5))).toHaveLength(1);
    expect(firedAt(percentile(50, 'eq: 3'), numbers(5, 1, 4, 2, 3))).toHaveLength(1);
    expect(firedAt(percentile(0, 'eq: 1'), numbers(5, 1, 4))).toHaveLength(1);
    expect(firedAt(percentile(100, 'eq: 5'), numbers(5, 1, 4))).toHaveLength(1);
    expect(firedAt(percentile(95, 'gte: 5'), numbers(5))).toHaveLength(1);
  });
  test('without `percentile` it is the share of one value, in percent: the example of the standard', () => {
    const rare = `type: value_percentile, rules: [a], condition: {field: image, lte: 1}, ${by}`;
    const images = (count: number, more: string[]) => [
      ...Array.from({ length: count }, (_, at) => a(at / 100, { image: 'cmd.exe' })),
      ...more.map((image, at) => a(5 + at, { image })),
    ];
    expect(firedAt(rare, images(98, ['evil.exe']))).toEqual([]);
    expect(firedAt(rare, images(99, ['evil.exe']))).toEqual(['corr@5!']);
    expect(firedAt(rare, images(99, ['evil.exe', 'EVIL.exe']))).toEqual([]);
  });
});

describe('[C9] what is a number', () => {
  const rule = `type: value_sum, rules: [a], condition: {field: n, gte: 10}, ${by}`;
  test.each<[unknown, boolean]>([
    [10, true],
    [' 1e1 ', true],
    ['+10.0', true],
    [1e30, true],
    ['0x10', false],
    ['1e999', false],
    ['NaN', false],
    ['Infinity', false],
    ['10 bytes', false],
    ['١٠', false],
    [true, false],
    ['', false],
    [{ n: 10 }, false],
    [[10, 1], true],
    [[null, 10], true],
    ['9'.repeat(41), false],
  ])('%j', (n, isCounted) => {
    const { firings, incomplete } = play(rule, [a(0, { n })]);
    expect([firings.length, incomplete.get('corr') ?? 0]).toEqual(isCounted ? [1, 0] : [0, 1]);
  });
  test('what is more than a double can hold is still a figure', () => {
    const most = Number.MAX_VALUE;
    expect(firedAt(rule, [a(0, { n: most }), a(1, { n: most })])).toHaveLength(2);
    const mean = rule.replace('value_sum', 'value_avg').replace('gte: 10', 'gte: 9007199254740991');
    expect(firedAt(mean, [a(0, { n: most }), a(1, { n: most })])).toHaveLength(1);
    expect(firedAt(mean, [a(0, { n: most }), a(1, { n: -most })])).toHaveLength(0);
  });
});
