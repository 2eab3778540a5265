import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCorrelations, playGroup } from '../../../../test/correlation.ts';
import { correlationReference } from '../../../../test/correlation-reference.ts';

const by = 'group-by: [ip], timespan: 10s';
const counting = (condition: string) => `type: event_count, rules: [a], condition: {${condition}}, ${by}`;
const at = (...seconds: number[]) => seconds.map((one) => ({ time: Math.round(one * 1_000) }));

test('[C15] [C16] an episode while the gaps are at most the timespan, then another', () => {
  const { kinds, state } = playGroup(counting('gte: 2'), at(0, 1, 11, 21, 31.001, 32));
  expect(kinds).toEqual(['counted', 'opened', 'goes on', 'goes on', 'counted', 'opened']);
  expect(state.episodes.map(({ count, anchor }) => [count, anchor])).toEqual([
    [4, 0],
    [2, 31_001],
  ]);
});

test('[C15] the anchor stays when an earlier window holds', () => {
  const { state } = playGroup(counting('gte: 2'), at(5, 6, 0));
  expect(state.episodes).toMatchObject([{ anchor: 5_000, first: 0, last: 6_000, count: 3 }]);
});

test('[C16] an event before an episode belongs to it only when a window that holds has it', () => {
  const { state } = playGroup(counting('gte: 3'), at(8, 9, 10, 1, -1));
  expect(state.episodes).toMatchObject([{ first: -1_000, count: 5 }]);
  expect(playGroup(counting('gte: 3'), at(10, 10, 10, -0.5)).state.episodes).toMatchObject([
    { first: 10_000, count: 3 },
  ]);
});

test('[C16] what follows is counted when what lies between comes late', () => {
  const { state } = playGroup(counting('gte: 2'), at(0, 1, 18, 10));
  expect(state.episodes).toMatchObject([{ first: 0, last: 18_000, count: 4 }]);
});

test('[C16] two episodes that a late event joins stay two', () => {
  const { state } = playGroup(counting('gte: 2'), at(0, 1, 15, 16, 8));
  expect(state.episodes.map(({ anchor }) => anchor)).toEqual([0, 15_000]);
});

test('[C16] windows that are decided at their end are one episode as long as they hold', () => {
  const few = counting('lte: 2');
  const told = (...seconds: number[]) =>
    playGroup(few, at(...seconds)).state.episodes.map(({ first, last, count }) => [first, last, count]);
  expect(told(0, 5, 20, 21, 22, 311)).toEqual([[0, 5_000, 2]]);
  // The second window has three.
  expect(told(0, 5, 20, 21, 22, 40, 50, 335)).toEqual([[0, 5_000, 2]]);
  expect(told(0, 5, 20, 21, 22, 40, 50, 351)).toEqual([[40_000, 50_000, 2]]);
  expect(playGroup(few, at(0, 5, 14, 24, 400)).state.episodes).toMatchObject([{ first: 0, last: 24_000, count: 4 }]);
});

test('[C3] an event that matches several rules is one event of the episode', () => {
  const temporal = `type: temporal, rules: [a, b], ${by}`;
  const twice = [0, 1].map((feed) => ({ feed, key: 'e', time: 1_000, order: 1 }));
  expect(playGroup(temporal, twice).state.episodes).toMatchObject([{ count: 1 }]);
  expect(playGroup(temporal, twice.toReversed()).kinds).toEqual(['counted', 'opened']);
});

describe('[C16] in any order, episodes are what the definitions say where none is joined by a late event', () => {
  test.each([
    counting('gte: 2'),
    counting('gte: 3'),
    `type: temporal, rules: [a, b], ${by}`,
    `type: temporal_ordered, rules: [a, b], ${by}`,
  ])('%s', (text) => {
    const { correlations } = loadCorrelations(text);
    const feeds = correlations[0]?.rules.length ?? 0;
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: feeds - 1 })), {
      minLength: 1,
      maxLength: 14,
    });
    const games = steps.chain((found) =>
      fc.tuple(fc.constant(found), fc.shuffledSubarray([...found.keys()], { minLength: found.length })),
    );
    fc.assert(
      fc.property(games, ([found, order]) => {
        const events = found.map(([seconds, feed], place) => ({
          time: seconds * 1_000,
          order: place + 1,
          weight: 1,
          fields: { ip: 'x' },
          rules: ['ab'[feed] ?? ''],
        }));
        const items = order.map((place) => ({
          time: (found[place]?.[0] ?? 0) * 1_000,
          feed: found[place]?.[1] ?? 0,
          order: place + 1,
          key: `${place}`,
        }));
        const { episodes } = playGroup(text, items).state;
        const joined: { first: number; last: number; count: number }[] = [];
        for (const { first, last, count } of episodes.toSorted((one, other) => one.first - other.first)) {
          const before = joined.at(-1);
          if (!before || first > before.last + 10_000) joined.push({ first, last, count });
          else Object.assign(before, { last: Math.max(before.last, last), count: before.count + count });
        }
        const told = joined.map(({ first, last, count }) => `corr x ${first}-${last} ${count}`).toSorted();
        expect(told).toEqual(correlationReference(correlations, events).episodes);
      }),
      { numRuns: 500 },
    );
  });
});
