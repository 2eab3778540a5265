import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkRules, parseDocuments, type LinkedCorrelation } from '../../standards/sigma/index.ts';
import { advanceWindow, emptyGroup } from './advance-window.ts';
import { GroupState } from './group-state.ts';
import type { Item } from './item.ts';

function correlation(body: string): LinkedCorrelation {
  const rule = (id: string) => `title: ${id}\nid: ${id}\nlogsource: {}\ndetection: {s: {f: x}, condition: s}\n---\n`;
  const text = `${['a', 'b', 'c'].map(rule).join('')}title: c\nid: corr\ncorrelation: {${body}, group-by: [ip], timespan: 10s}\n`;
  const [found] = linkRules(parseDocuments(text, 'r.yml')).correlations;
  if (!found) throw new Error('the rule of the test does not load');
  return found;
}
const counting = (condition: string) => correlation(`type: event_count, rules: [a], condition: {${condition}}`);

let serial = 0;
function item(seconds: number, more: Partial<Item> = {}): Item {
  const key = `source u${(serial += 1)}`;
  return {
    rule_id: 'corr',
    feed: 0,
    tenant_id: 't',
    site_id: 's',
    is_demonstration: false,
    source_id: 'source',
    key,
    time: Math.round(seconds * 1_000),
    arrived_at: 0,
    weight: 1,
    group: [{ field: 'ip', value: '203.0.113.9' }],
    texts: {},
    evidence: {
      batch_id: 1,
      index: 0,
      source_id: 'source',
      uid: key,
      raw_data: key,
      time: Math.round(seconds * 1_000),
    },
    subjects: [],
    ...more,
  };
}

/** Feeds items one by one; gives for each what it did, and the state as it comes back from the database. */
function run(rule: LinkedCorrelation, items: readonly Item[]) {
  let state = emptyGroup(items[0] ?? item(0));
  const kinds = items.map((one) => {
    const advance = advanceWindow(rule, state, one);
    state = GroupState.parse(JSON.parse(JSON.stringify(state)));
    return advance.kind === 'fired' ? (advance.opened ? 'opened' : 'continued') : advance.kind;
  });
  return { kinds, state };
}
const firesAt = (rule: LinkedCorrelation, ...items: Item[]) => run(rule, items).kinds.indexOf('opened');

test('[W3] both edges belong to the window', () => {
  expect(firesAt(counting('gte: 3'), item(0), item(5), item(10))).toBe(2);
  expect(firesAt(counting('gte: 3'), item(0), item(5), item(10.001))).toBe(-1);
  expect(firesAt(counting('gt: 2'), item(0), item(5), item(10))).toBe(2);
  expect(firesAt(counting('gt: 1, lt: 3'), item(0), item(1))).toBe(1);
});

test('[W3] a line that tells of n counts n', () => {
  expect(firesAt(counting('gte: 3'), item(0), item(1, { weight: 2 }))).toBe(1);
});

test('[W3] value_count counts different values, not events', () => {
  const rule = correlation('type: value_count, rules: [a], condition: {field: u, gte: 3}');
  expect(firesAt(rule, ...['x', 'y', 'x', 'y', 'z'].map((value, at) => item(at, { value })))).toBe(4);
  expect(firesAt(rule, item(0, { value: 'x' }), item(6, { value: 'y' }), item(11, { value: 'z' }))).toBe(-1);
});

test('[W3] temporal counts different rules in any order', () => {
  const rule = correlation('type: temporal, rules: [a, b, c]');
  expect(firesAt(rule, item(0, { feed: 2 }), item(1), item(2), item(3, { feed: 1 }))).toBe(3);
  expect(firesAt(rule, item(0, { feed: 2 }), item(1), item(11, { feed: 1 }))).toBe(-1);
});

describe('[W4] temporal_ordered', () => {
  const rule = correlation('type: temporal_ordered, rules: [a, b, c]');
  test.each<[string, [number, number][], number]>([
    [
      'A-B-C',
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      2,
    ],
    [
      'A-C-B is not A-B-C',
      [
        [0, 0],
        [1, 2],
        [2, 1],
      ],
      -1,
    ],
    [
      'B-A-C is not A-B-C',
      [
        [0, 1],
        [1, 0],
        [2, 2],
      ],
      -1,
    ],
    [
      'A-C-B-C',
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [3, 2],
      ],
      3,
    ],
    [
      'over the timespan',
      [
        [0, 0],
        [1, 1],
        [10.5, 2],
      ],
      -1,
    ],
    [
      'an A that is too old, then a fresh one',
      [
        [0, 0],
        [8, 0],
        [9, 1],
        [12, 2],
      ],
      3,
    ],
    [
      'equal times in the order of arrival',
      [
        [5, 0],
        [5, 1],
        [5, 2],
      ],
      2,
    ],
    [
      'equal times in the wrong order',
      [
        [5, 2],
        [5, 1],
        [5, 0],
      ],
      -1,
    ],
    [
      'the middle one arrives last',
      [
        [0, 0],
        [4, 2],
        [2, 1],
      ],
      2,
    ],
  ])('%s', (_name, steps, expected) => {
    expect(firesAt(rule, ...steps.map(([seconds, feed]) => item(seconds, { feed })))).toBe(expected);
  });
});

test('[W4] the order of arrival changes neither whether it fires nor what it counts', () => {
  const times = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(
      times.chain((sorted) =>
        fc.tuple(
          fc.constant(sorted),
          fc.shuffledSubarray(
            sorted.map((_, at) => at),
            { minLength: sorted.length },
          ),
        ),
      ),
      ([sorted, order]) => {
        const rule = counting('gte: 4');
        const expected = sorted.some((end) => sorted.filter((time) => time <= end && time >= end - 10).length >= 4);
        const shuffled = order.map((at) => item(sorted[at] ?? 0));
        const { kinds } = run(rule, shuffled);
        expect(kinds.includes('opened')).toBe(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('[W5] a source that lags is not aged by one that runs ahead', () => {
  const ahead = (seconds: number) => item(seconds, { source_id: 'fast', key: `fast ${(serial += 1)}` });
  expect(firesAt(counting('gte: 4'), item(0), item(1), ahead(100_000), item(2), item(3))).toBe(4);
});

test('[W7] an event that comes again is not counted', () => {
  const first = item(0);
  const { kinds, state } = run(counting('gte: 3'), [first, first, item(1), first, item(2), first]);
  expect(kinds).toEqual(['counted', 'duplicate', 'counted', 'duplicate', 'opened', 'duplicate']);
  expect(state.episodes[0]?.count).toBe(3);
});

test('[W8] a flood leaves the state small', () => {
  const { state } = run(
    counting('gte: 5'),
    Array.from({ length: 3_000 }, (_, at) => item(at / 1_000)),
  );
  expect(state.entries.length).toBeLessThanOrEqual(69);
  expect(state.episodes).toHaveLength(1);
  expect(state.episodes[0]).toMatchObject({ count: 3_000 });
  expect(JSON.stringify(state).length).toBeLessThan(20_000);
});

test('[W8] a flood of one value does not push out the others', () => {
  const rule = correlation('type: value_count, rules: [a], condition: {field: u, gte: 3}');
  const flood = Array.from({ length: 500 }, (_, at) => item(2 + at / 1_000, { value: 'flood' }));
  expect(firesAt(rule, item(0, { value: 'x' }), ...flood, item(9, { value: 'z' }))).toBe(501);
});

describe('episodes', () => {
  test('[P1] [P2] one finding while the gaps are at most the timespan, then another', () => {
    const { kinds, state } = run(counting('gte: 2'), [item(0), item(1), item(11), item(21), item(31.001), item(32)]);
    expect(kinds).toEqual(['counted', 'opened', 'continued', 'continued', 'counted', 'opened']);
    expect(state.episodes.map(({ count, anchor }) => [count, anchor])).toEqual([
      [4, 0],
      [2, 31_001],
    ]);
    expect(new Set(state.episodes.map(({ id }) => id)).size).toBe(2);
  });
  test('[P1] a late event joins and the id stays', () => {
    const rule = counting('gte: 2');
    const early = run(rule, [item(5), item(6)]).state.episodes[0];
    const late = run(rule, [item(5), item(6), item(0)]).state.episodes[0];
    expect(late?.id).toBe(early?.id);
    expect(late).toMatchObject({ first: 0, last: 6_000, count: 3 });
  });
  test('[P3] evidence is the first 20 and the last 5', () => {
    const { state } = run(
      counting('gte: 2'),
      Array.from({ length: 60 }, (_, at) => item(at / 10)),
    );
    expect(state.episodes[0]?.head.map(({ time }) => time / 100)).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(state.episodes[0]?.tail.map(({ time }) => time / 100)).toEqual([55, 56, 57, 58, 59]);
  });
  test('[P3] the lowest trust that was seen counts', () => {
    const subject = {
      type: 'ip',
      value: '203.0.113.9',
      role: 'actor',
      field: 'ip',
      channel_trust: 'authenticated',
    } as const;
    const { state } = run(counting('gte: 3'), [
      item(0, { subjects: [{ ...subject, field_trust: 'anchored' }] }),
      item(1, { subjects: [{ ...subject, field_trust: 'free', channel_trust: 'unauthenticated' }] }),
      item(2, { subjects: [{ ...subject, field_trust: 'structured' }] }),
    ]);
    expect(state.episodes[0]?.subjects).toEqual([
      { ...subject, field_trust: 'free', channel_trust: 'unauthenticated' },
    ]);
  });
});
