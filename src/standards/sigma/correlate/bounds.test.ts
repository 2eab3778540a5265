import { describe, expect, test } from 'vitest';
import { firedAt, loadCorrelations, playGroup, type Played } from '../../../../test/correlation.ts';
import { closeWindows } from './close-windows.ts';
import { createCorrelator } from './create-correlator.ts';
import type { Advance, Episode } from './window-state.ts';

const by = 'group-by: [ip], timespan: 10s';
const counting = (condition: string) => `type: event_count, rules: [a], condition: {${condition}}, ${by}`;
const a = (at: number, more: Partial<Played> = {}): Played => ({ is: 'a', ip: 'x', at, ...more });
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('[C27] a group is bounded, and a flood pushes out its own', () => {
  test.each<[string, string, number]>([
    ['event_count', counting('gte: 5'), 69],
    ['event_count, far', counting('gte: 1000000'), 512],
    ['value_count', `type: value_count, rules: [a], condition: {field: u, gte: 5}, ${by}`, 69],
    ['temporal', `type: temporal, rules: [a, b], ${by}`, 128],
    ['value_sum', `type: value_sum, rules: [a], condition: {field: n, gte: 1000000}, ${by}`, 512],
    ['event_count, at the end', counting('lte: 5'), 69],
    ['value_count, at the end', `type: value_count, rules: [a], condition: {field: u, lte: 5}, ${by}`, 69],
    ['temporal, at the end', `type: temporal_ordered, rules: [a, b], condition: {lt: 2}, ${by}`, 128],
    ['value_median', `type: value_median, rules: [a], condition: {field: n, gte: 5}, ${by}`, 512],
    ['shares', `type: value_percentile, rules: [a], condition: {field: u, lte: 5}, ${by}`, 512],
  ])('%s', (_name, text, limit) => {
    const { state } = playGroup(
      text,
      many(2_000, (at) => ({
        time: at,
        number: at,
        value: `v${at}`,
        source_id: `s${at % 40}`,
        feed: text.includes('b]') ? at % 2 : 0,
      })),
    );
    expect(state.entries.length).toBeLessThanOrEqual(limit);
    expect(state.entries.filter(({ d }) => d !== undefined).length).toBeLessThanOrEqual(27);
    expect(state.sources).toHaveLength(16);
    expect(JSON.stringify(state).length).toBeLessThan(80_000);
    const total = state.entries.reduce((sum, { w = 1 }) => sum + w, 0) + (state.episodes[0]?.count ?? 0);
    if (text.includes('median') || text.includes('lte') || text.includes('lt:')) expect(total).toBe(2_000);
  });
  test('the count of an episode stays exact', () => {
    const { state } = playGroup(
      counting('gte: 5'),
      many(3_000, (time) => ({ time })),
    );
    expect(state.episodes).toMatchObject([{ count: 3_000 }]);
  });
  test('of episodes the newest are kept, and none is told twice', () => {
    const pairs = many(20, (at) => [{ time: at * 20_000 }, { time: at * 20_000 + 1 }]).flat();
    const { kinds, state } = playGroup(counting('gte: 2'), [...pairs, { time: 2 }, { time: 380_002 }]);
    expect(kinds.filter((kind) => kind === 'opened')).toHaveLength(20);
    expect(state.episodes).toHaveLength(8);
  });
  test('a flood of one value or rule does not push out the others', () => {
    const flood = many(500, (at) => a(2 + at / 1_000, { u: 'flood' }));
    const values = `type: value_count, rules: [a], condition: {field: u, gte: 3}, ${by}`;
    expect(firedAt(values, [a(0, { u: 'x' }), ...flood, a(9, { u: 'z' })])).toEqual(['corr@9!']);
    const ordered = `type: temporal_ordered, rules: [b, a, c], ${by}`;
    expect(firedAt(ordered, [a(0, { is: 'b' }), ...flood, a(9, { is: 'c' })])).toEqual(['corr@9!']);
    const atEnd = `type: temporal_ordered, rules: [b, a, c], condition: {eq: 3}, ${by}`;
    expect(firedAt(atEnd, [a(0, { is: 'b' }), ...flood, a(9, { is: 'c' })])).toEqual(['corr@9!']);
  });
});

describe('[C28] what is folded together', () => {
  const numbers = many(3_000, (at) => ((at * 7_919) % 1_000) / 10);
  const sum = numbers.reduce((all, n) => all + n, 0);
  const played = numbers.map((n, at) => a(at / 1_000, { n, u: `v${at}` }));
  test('sums and counts of a window stay exact', () => {
    const text = (type: string, condition: string) =>
      `type: ${type}, rules: [a], condition: {field: n, ${condition}}, ${by}`;
    expect(firedAt(text('value_sum', `gte: ${sum - 0.001}`), played)).toEqual(['corr@2.999!']);
    expect(firedAt(text('value_sum', `gt: ${sum + 0.001}`), played)).toEqual([]);
    expect(firedAt(text('value_avg', `gte: ${sum / 3_000 - 1e-6}, lte: ${sum / 3_000 + 1e-6}`), played)).toHaveLength(
      1,
    );
    expect(firedAt(counting('gte: 3000'), played)).toEqual(['corr@2.999!']);
    expect(firedAt(counting('gte: 3001'), played)).toEqual([]);
    expect(firedAt(counting('gt: 2999, lt: 3001'), played)).toEqual(['corr@2.999!']);
  });
  test('percentiles stay near', () => {
    const text = (p: number, from: number, to: number) =>
      `type: value_percentile, rules: [a], condition: {field: n, percentile: ${p}, gte: ${from}, lte: ${to}}, ${by}`;
    for (const p of [1, 25, 50, 90, 99]) expect(firedAt(text(p, p - 0.5, p + 0.5), played)).toHaveLength(1);
  });
  test('edges are off by the distance of the two only', () => {
    const spread = many(600, (at) => a(at / 60, { n: 1 }));
    const text = `type: value_sum, rules: [a], condition: {field: n, gte: 601}, ${by}`;
    // At 10.05 those before 0.05 are out.
    expect(firedAt(text, [...spread, a(10.05, { n: 1 })])).toEqual([]);
    expect(firedAt(text, [...spread, a(10.05, { n: 10 })])).toEqual(['corr@10.05!']);
  });
  test('a share is told only when it is one, whatever was folded', () => {
    const text = `type: value_percentile, rules: [a], condition: {field: u, lte: 0.1}, ${by}`;
    expect(firedAt(text, played)).toEqual([]);
    expect(firedAt(text, [...many(2_000, (at) => a(at / 1_000, { u: 'often' })), a(3, { u: 'once' })])).toEqual([
      'corr@3!',
    ]);
  });
});

test('[C30] another meaning begins anew, another threshold goes on', () => {
  const { state } = playGroup(counting('gte: 3'), [{ time: 0 }, { time: 1 }]);
  const goesOn = (text: string) => playGroup(text, [{ time: 2, key: 'next' }], state).kinds;
  expect(goesOn(counting('gte: 3'))).toEqual(['opened']);
  expect(goesOn(counting('gt: 2'))).toEqual(['opened']);
  expect(goesOn(counting('gte: 3').replace('10s', '20s'))).toEqual(['opened']);
  for (const other of [counting('gte: 3').replace('[a]', '[b]'), counting('gte: 3').replace('[a]', '[b, a]')])
    expect(goesOn(other)).toEqual(['counted']);
  // What was told of them is not counted again by a rule that waits, nor is what it counted decided as something else.
  const fired = playGroup(counting('gte: 2'), [{ time: 0 }, { time: 1 }]).state;
  const waits = playGroup(
    counting('lte: 3'),
    [
      { time: 2, key: 'next' },
      { time: 400_000, key: 'end' },
    ],
    fired,
  );
  expect(waits.state.episodes.map(({ count }) => count)).toEqual([2 + 1]);
  const [sliding, other] = [counting('gte: 3'), counting('lte: 3').replace('[a]', '[b]')].map((text) => {
    const left = playGroup(counting('lte: 3'), [{ time: 0 }]).state;
    const advance: Advance<string, Episode> = { kind: 'counted', firings: [], changed: new Set() };
    closeWindows(playGroup(text, []).plan, left, { open: (episode) => episode, add: () => {} }, Infinity, advance);
    return [left.entries.length, advance.firings.length];
  });
  expect([sliding, other]).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test('[C29] a correlator in memory keeps to its bound, and says what it forgot', () => {
  const set = loadCorrelations(counting('gte: 2'));
  const correlator = createCorrelator(set, { groupsPerRule: 100 });
  const add = (ip: string, time: number) => correlator.add({ view: { ip }, rules: set.rules.slice(0, 1), time });
  for (let at = 0; at < 1_000; at += 1) add(`ip${at}`, at);
  expect(correlator.forgotten().get('corr')).toBeGreaterThanOrEqual(900);
  expect(add('ip999', 1_000)).toHaveLength(1);
});
