import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCorrelations } from '../../../../test/correlation.ts';
import { correlationReference, type ReferenceEvent } from '../../../../test/correlation-reference.ts';
import type { RuleSet } from '../link-rules.ts';
import { createCorrelator } from './create-correlator.ts';

/** Every type, sliding and decided at the end, with aliases, chains and chains of chains. */
const documents: Record<string, string> = {
  event_count: 'type: event_count, rules: [a, b], condition: {gte: 3}',
  'event_count, a range': 'type: event_count, rules: [a, b], condition: {gte: 2, lte: 3}',
  'event_count, few': 'type: event_count, rules: [a], condition: {lt: 2}',
  value_count: 'type: value_count, rules: [a, b], condition: {field: u, gte: 2}',
  'value_count, one': 'type: value_count, rules: [a], condition: {field: u, eq: 1}',
  temporal: 'type: temporal, rules: [a, b, c]',
  'temporal, two': 'type: temporal, rules: [a, b, c], condition: {gt: 1}',
  'temporal, not all': 'type: temporal, rules: [a, b, c], condition: {neq: 3}',
  'temporal, text': "type: temporal, rules: [a, b, c], condition: 'a and (b or c)'",
  'temporal, not': "type: temporal, rules: [a, b, c], condition: 'a and not (b and c)'",
  temporal_ordered: 'type: temporal_ordered, rules: [c, a, b]',
  'temporal_ordered, two': 'type: temporal_ordered, rules: [c, a, b], condition: {gte: 2}',
  'temporal_ordered, at most': 'type: temporal_ordered, rules: [c, a, b], condition: {lte: 2}',
  'temporal_ordered, text': "type: temporal_ordered, rules: [c, a, b], condition: '(c or a) and b'",
  'temporal_ordered, not': "type: temporal_ordered, rules: [c, a, b], condition: 'c and not a and b'",
  value_sum: 'type: value_sum, rules: [a, b], condition: {field: n, gte: 8}',
  'value_sum, at most': 'type: value_sum, rules: [a, b], condition: {field: n, lte: 8}',
  value_avg: 'type: value_avg, rules: [a, b], condition: {field: n, gt: 4}',
  value_median: 'type: value_median, rules: [a, b], condition: {field: n, gte: 4.5}',
  value_percentile: 'type: value_percentile, rules: [a, b], condition: {field: n, percentile: 75, gt: 5}',
};
const aliased = 'group-by: [who], timespan: 10s, aliases: {who: {a: ip, b: peer}}';
const texts: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(documents).map(([name, body]) => [name, `${body}, group-by: [ip], timespan: 10s`]),
  ),
  'without group-by': 'type: event_count, rules: [a], condition: {gte: 4}, timespan: 10s',
  'with aliases': `type: temporal, rules: [a, b], ${aliased}`,
};
const document = (id: string, body: string) => `title: ${id}\nid: ${id}\ncorrelation: {${body}}\n---\n`;
const chains: Record<string, string> = {
  'a chain': [
    document('outer', 'type: temporal_ordered, rules: [inner, c], group-by: [ip], timespan: 20s'),
    document('inner', 'type: event_count, rules: [a], condition: {gte: 2}, group-by: [ip], timespan: 5s'),
  ].join(''),
  'a chain that carries': [
    document(
      'outer',
      'type: value_count, rules: [inner], condition: {field: u, gte: 2}, group-by: [peer], timespan: 20s',
    ),
    document('inner', 'type: event_count, rules: [a, b], condition: {gte: 2}, group-by: [ip], timespan: 5s'),
  ].join(''),
  'a chain over windows that wait': [
    document('outer', 'type: event_count, rules: [inner], condition: {gte: 2}, group-by: [ip], timespan: 30s'),
    document('inner', 'type: value_avg, rules: [a, b], condition: {field: n, gt: 3}, group-by: [ip, u], timespan: 5s'),
  ].join(''),
  'a chain of chains': [
    document(
      'most',
      "type: temporal, rules: [outer, c], condition: 'outer and not c', group-by: [who], timespan: 20s, aliases: {who: {outer: ip, c: ip}}",
    ),
    document('outer', 'type: temporal, rules: [inner, b], group-by: [ip], timespan: 10s'),
    document('inner', 'type: value_sum, rules: [a], condition: {field: n, gt: 5}, group-by: [ip], timespan: 5s'),
  ].join(''),
};

const event = fc.record({
  time: fc.integer({ min: 0, max: 40 }).map((seconds) => seconds * 1_000),
  weight: fc.constantFrom(1, 1, 1, 2),
  fields: fc.record({
    ip: fc.constantFrom('x', 'x', 'y'),
    peer: fc.constantFrom('x', 'y'),
    u: fc.constantFrom('p', 'q', 'r'),
    n: fc.integer({ min: 0, max: 9 }),
  }),
  rules: fc.subarray(['a', 'b', 'c'], { minLength: 1, maxLength: 2 }),
});
/** Events with their place of arrival, and how they are played: each at least once, in any order. */
const games = fc.array(event, { minLength: 1, maxLength: 16 }).chain((found) => {
  const events: ReferenceEvent[] = found.map((one, at) => ({ ...one, order: at + 1 }));
  const again = fc.array(fc.integer({ min: 0, max: events.length - 1 }), { maxLength: 4 });
  return again.chain((more) =>
    fc
      .shuffledSubarray([...events.keys(), ...more.map((at) => at + events.length)], {
        minLength: events.length + more.length,
      })
      .map((places) => ({ events, played: places.map((at) => events[at % events.length]) })),
  );
});

function firingsOf(set: RuleSet, played: readonly (ReferenceEvent | undefined)[]): string[] {
  const correlator = createCorrelator(set);
  const fired = played.flatMap((one) =>
    one
      ? [
          ...correlator.add({
            view: one.fields,
            rules: set.rules.filter(({ header }) => one.rules.includes(header.id)),
            time: one.time,
            order: one.order,
            weight: one.weight,
            key: `e${one.order}`,
          }),
        ]
      : [],
  );
  return [...fired, ...correlator.finish()]
    .map(
      ({ correlation, group, time }) => `${correlation.header.id} ${group.map(({ value }) => value).join('/')}@${time}`,
    )
    .toSorted();
}

describe('[C11] [C10] [C17] [C32] in any order and with repetitions, what fires is what the definitions say', () => {
  test.each(Object.entries({ ...texts, ...chains }))('%s', (_name, text) => {
    const set = loadCorrelations(text);
    fc.assert(
      fc.property(games, ({ events, played }) => {
        expect(firingsOf(set, played)).toEqual(correlationReference(set.correlations, events).firings);
      }),
      { numRuns: 300 },
    );
  });
});

/** Many events of one group, mostly in order: what is kept of one event for the next comes into play. */
const longGames = fc
  .array(
    fc.record({
      gap: fc.nat({ max: 39 }).map((one) => (one === 0 ? 5_000 : (one % 3) * 100)),
      delay: fc.constantFrom(0, 0, 0, 0, 0, 1, 3, 9),
      again: fc.constantFrom(false, false, false, true),
      u: fc.integer({ min: 0, max: 60 }),
      n: fc.integer({ min: 0, max: 9 }),
      rules: fc.constantFrom(['a'], ['a'], ['b'], ['c'], ['a', 'b']),
    }),
    { minLength: 80, maxLength: 100 },
  )
  .map((steps) => {
    let time = 0;
    const events = steps.map(({ gap, u, n, rules }, at): ReferenceEvent => {
      time += gap;
      return { time, order: at + 1, weight: 1, fields: { ip: 'x', u, n }, rules };
    });
    const played = steps
      .flatMap(({ delay, again }, at) => [{ at, place: at + delay }, ...(again ? [{ at, place: at + delay + 2 }] : [])])
      .toSorted((one, other) => one.place - other.place)
      .map(({ at }) => events[at]);
    return { events, played };
  });

describe('[C11] the same of many events, mostly in order', () => {
  test.each([
    'type: event_count, rules: [a, b], condition: {gte: 40}',
    'type: value_count, rules: [a, b], condition: {field: u, gte: 30}',
    'type: temporal, rules: [a, b, c]',
    'type: temporal_ordered, rules: [a, b, c]',
    'type: value_sum, rules: [a, b], condition: {field: n, gte: 190}',
    'type: event_count, rules: [a, b], condition: {gte: 40, lte: 60}',
  ])('%s', (body) => {
    const set = loadCorrelations(`${body}, group-by: [ip], timespan: 10s`);
    let fired = 0;
    fc.assert(
      fc.property(longGames, ({ events, played }) => {
        const { firings } = correlationReference(set.correlations, events);
        fired += firings.length;
        expect(firingsOf(set, played)).toEqual(firings);
      }),
      { numRuns: 60 },
    );
    expect(fired).toBeGreaterThan(10);
  });
});
