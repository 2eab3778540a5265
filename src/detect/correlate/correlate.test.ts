import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correlationReference, joinEpisodes } from '../../../test/correlation-reference.ts';
import { plainRules } from '../../../test/correlation.ts';
import type { SourceInfo } from '../../schema/event.ts';
import type { Finding } from '../../schema/finding.ts';
import { parseDocuments } from '../../standards/sigma/index.ts';
import { freshItems } from '../fresh-items.ts';
import { matchEvent, type Matches } from '../match-events.ts';
import { createContent, type Content } from '../rules/content.ts';
import { correlate, partitionOf, windowId, type ChangedWindow } from './correlate.ts';
import { groupHash } from './group-state.ts';
import type { Item } from './item.ts';

const source: SourceInfo = {
  source_id: 'source--test',
  tenant_id: 't',
  site_id: 's',
  format: 'test',
  channel_trust: 'authenticated',
  trusted_proxies: [],
  time_zone: '',
  is_demonstration: false,
};
const load = (correlations: string): Content =>
  createContent(parseDocuments(`${plainRules}---\n${correlations}`, 'r.yml'));
const one = (body: string) => load(`title: corr\nid: corr\ncorrelation: {${body}, group-by: [ip], timespan: 10s}\n`);

interface Step {
  /** Seconds. */
  at: number;
  is: string;
  ip: string;
  trust?: 'anchored' | 'free' | 'structured';
}

/** The items of an event, the `place`-th that arrived. */
function itemsOf(content: Content, { at, is, ip, trust = 'anchored' }: Step, place: number): Item[] {
  const into: Matches = { findings: [], candidates: [], incomplete: new Map() };
  const raw = { uid: `u${place}`, raw_data: `${is} ${place}`, received_at: 1_000_000 };
  const subject = {
    type: 'ip',
    value: ip,
    role: 'actor',
    field: 'ip',
    field_trust: trust,
    channel_trust: 'authenticated',
  } as const;
  const read = { time: at * 1_000, logsources: [{}], view: { is, ip }, subjects: [subject], toOcsf: () => ({}) };
  matchEvent(content, { source, batchId: 1, index: place, raw, read }, new Date(0), into);
  return freshItems(into.candidates, new Map());
}

/**
 * Workers that each own some partitions and hand the rest over, as the stage does, in memory. `batches` says who takes
 * which events in which turn; between turns everybody takes some of what was handed over. At the end everything is decided.
 */
async function work(
  content: Content,
  steps: readonly Step[],
  batches: readonly { worker: number; size: number; handedOver: number }[],
  workers: number,
): Promise<Map<string, Finding>> {
  const windows = new Map<string, ChangedWindow>();
  const findings = new Map<string, Finding>();
  let handedOver: Item[] = [];
  const owner = (partition: number) => partition % workers;
  async function turn(worker: number, items: readonly Item[], isEnd = false): Promise<void> {
    const due = [...windows.values()].filter(
      ({ partition, dueAt }) => owner(partition) === worker && dueAt !== undefined,
    );
    const result = await correlate(items, {
      content,
      now: new Date(0),
      load: async (keys) => {
        const found = keys.flatMap((key) => windows.get(windowId(key)) ?? []);
        // As it comes back from the store.
        return new Map(found.map((window) => [windowId(window), structuredClone(window.state)]));
      },
      own: async (partitions) => new Set(partitions.filter((partition) => owner(partition) === worker)),
      ...(isEnd ? { due: { windows: due, arrival: Infinity } } : {}),
    });
    for (const window of result.windows) {
      expect(window.partition).toBe(partitionOf(window));
      windows.set(windowId(window), window);
    }
    for (const finding of result.findings) findings.set(finding.id, finding);
    handedOver.push(...result.foreign.map(({ item }) => item));
  }
  async function takeOver(worker: number, most: number): Promise<void> {
    const mine = (item: Item) => owner(partitionOf({ ruleId: item.rule_id, groupHash: groupHash(item) })) === worker;
    const taken = handedOver.filter(mine).slice(0, most);
    handedOver = handedOver.filter((item) => !taken.includes(item));
    await turn(worker, taken);
  }
  let next = 0;
  for (const { worker, size, handedOver: most } of [...batches, { worker: 0, size: steps.length, handedOver: 0 }]) {
    const items = steps.slice(next, next + size).flatMap((step, at) => itemsOf(content, step, next + at));
    next += size;
    await turn(worker % workers, items);
    await takeOver((worker + 1) % workers, most);
  }
  // Nothing is decided before all that was handed over is counted, by whomever.
  for (let round = 0; round < 6; round += 1) {
    while (handedOver.length > 0) for (let worker = 0; worker < workers; worker += 1) await takeOver(worker, Infinity);
    for (let worker = 0; worker < workers; worker += 1) await turn(worker, [], true);
  }
  return findings;
}

const steps = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 40 }),
    is: fc.constantFrom('a', 'b', 'c', 'ab'),
    ip: fc.constantFrom('x', 'x', 'y', 'z'),
  }),
  { minLength: 1, maxLength: 24 },
);
const turns = fc.array(
  fc.record({ worker: fc.nat({ max: 3 }), size: fc.nat({ max: 6 }), handedOver: fc.nat({ max: 5 }) }),
  { maxLength: 12 },
);

describe('[C32] batches, workers and what they hand over change nothing', () => {
  const chain = [
    'title: outer\nid: outer\ncorrelation: {type: temporal_ordered, rules: [inner, c], group-by: [ip], timespan: 20s, generate: true}\n',
    'title: inner\nid: inner\ncorrelation: {type: event_count, rules: [a], condition: {gte: 2}, group-by: [ip], timespan: 5s}\n',
    'title: waits\nid: waits\ncorrelation: {type: event_count, rules: [inner], condition: {lte: 2}, group-by: [ip], timespan: 5s}\n',
  ].join('---\n');
  test.each<[string, Content]>([
    ['event_count', one('type: event_count, rules: [a, b], condition: {gte: 3}')],
    ['temporal_ordered', one('type: temporal_ordered, rules: [a, b, c]')],
    ['decided at the end', one('type: event_count, rules: [a], condition: {lte: 2}')],
    ['a chain', load(chain)],
  ])('%s', async (_name, content) => {
    await fc.assert(
      fc.asyncProperty(steps, turns, fc.integer({ min: 1, max: 3 }), async (found, batches, workers) => {
        const events = found.map(({ at, is, ip }, place) => ({
          time: at * 1_000,
          order: 2 ** 20 + place,
          weight: 1,
          fields: { ip },
          rules: is.split(''),
        }));
        const told = [...(await work(content, found, batches, workers)).values()].map((finding) => ({
          rule: finding.rule_id,
          group: finding.group_key.replace('ip=', ''),
          first: finding.first_seen_at.getTime(),
          last: finding.last_seen_at.getTime(),
          count: finding.event_count,
        }));
        expect(joinEpisodes(content.set.correlations, told)).toEqual(
          correlationReference(content.set.correlations, events).episodes,
        );
      }),
      { numRuns: 150 },
    );
  });
});

describe('findings of episodes', () => {
  const counting = one('type: event_count, rules: [a], condition: {gte: 2}');
  const told = async (...played: Partial<Step>[]) => [
    ...(
      await work(
        counting,
        played.map((step) => ({ at: 0, is: 'a', ip: '203.0.113.9', ...step })),
        [],
        1,
      )
    ).values(),
  ];
  test('[P1] the id is made of rule, group and anchor, and stays when the beginning moves', async () => {
    const [early] = await told({ at: 5 }, { at: 6 });
    const [late] = await told({ at: 5 }, { at: 6 }, { at: 0 });
    expect(late?.id).toBe(early?.id);
    expect(late).toMatchObject({ first_seen_at: new Date(0), last_seen_at: new Date(6_000), event_count: 3 });
    const [other] = await told({ at: 4 }, { at: 6 });
    expect(other?.id).not.toBe(early?.id);
  });
  test('[P2] [P3] evidence is the first 20 and the last 5', async () => {
    const [finding] = await told(...Array.from({ length: 60 }, (_, at) => ({ at: at / 10 })));
    const times = [...Array(20).keys(), 55, 56, 57, 58, 59].map((at) => at * 100);
    expect(finding?.evidence.map(({ time }) => time)).toEqual(times);
    expect(finding?.event_count).toBe(60);
  });
  test('[P3] the lowest trust that was seen counts', async () => {
    const [finding] = await told({ trust: 'anchored' }, { trust: 'free' }, { trust: 'structured' });
    expect(finding?.subjects).toMatchObject([{ value: '203.0.113.9', field_trust: 'free' }]);
  });
});

test('[W5] a time beyond arrival plus a minute counts as that, and none as the arrival', () => {
  const content = one('type: event_count, rules: [a], condition: {gte: 1}');
  const timeOf = (seconds: number) => itemsOf(content, { at: seconds, is: 'a', ip: 'x' }, 0)[0]?.time;
  expect([timeOf(5), timeOf(1_060), timeOf(1_061), timeOf(1e12), timeOf(NaN)]).toEqual([
    5_000, 1_060_000, 1_060_000, 1_060_000, 1_000_000,
  ]);
});
