import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { corpusLines, hasCorpus, readCorpus } from '../../../../test/corpus.ts';
import { createEvaluator } from '../evaluate.ts';
import { linkRules } from '../link-rules.ts';
import { parseDocuments } from '../parse-documents.ts';
import { createCorrelator } from './create-correlator.ts';

const rules = 'data/sigma/correlation-rules-windows-logon.yml';
const expectation = 'data/expected/correlation-windows-logon.json';
const Group = z.object({
  group: z.record(z.string(), z.string()),
  base_events: z.int(),
  fires: z.boolean(),
  first_crossing_line: z.int().nullable(),
});
const Expected = z.object({
  files: z.record(z.string(), z.record(z.string(), z.object({ title: z.string(), detail: z.array(Group) }))),
});
const Record = z.object({
  Event: z.object({
    System: z
      .object({ TimeCreated: z.object({ '#attributes': z.object({ SystemTime: z.string() }) }) })
      .catchall(z.unknown()),
    EventData: z.record(z.string(), z.unknown()).nullish(),
  }),
});
const haveCorpus = hasCorpus(rules) && hasCorpus(expectation);

/** Events of a log as the rules see them, each with its line, from 1. */
function eventsOf(log: string) {
  return corpusLines(`data/logs/windows/${log}.jsonl.gz`).flatMap((text, index) => {
    const record = Record.safeParse(JSON.parse(text));
    if (!record.success) return [];
    const { System, EventData } = record.data.Event;
    const time = Date.parse(System.TimeCreated['#attributes'].SystemTime);
    return [{ view: { ...System, ...EventData }, time, order: index + 1, key: String(index + 1) }];
  });
}

describe.skipIf(!haveCorpus)('correlations over logons of real attacks agree with the reference', () => {
  const set = haveCorpus ? linkRules(parseDocuments(readCorpus(rules), 'logon.yml')) : linkRules([]);
  const evaluator = createEvaluator(set.rules);
  const files = haveCorpus ? Object.entries(Expected.parse(JSON.parse(readCorpus(expectation))).files) : [];

  test('all of them load', () => {
    expect(set.correlations).toHaveLength(3);
  });

  test.each(files)('%s', (log, byRule) => {
    const events = eventsOf(log)
      .map((event) => ({
        ...event,
        rules: evaluator.evaluate(event.view, [{ product: 'windows', service: 'security' }]),
      }))
      .filter(({ rules: matched }) => matched.length > 0);
    const expected = Object.entries(byRule).flatMap(([id, { detail }]) =>
      detail
        .filter(({ fires }) => fires)
        .map(({ group, first_crossing_line: line }) => [id, Object.values(group), String(line)]),
    );
    // By time as the reference has it; as the file has it; and backwards, where the bound of a group forgets the oldest.
    const orders = [
      { played: events.toSorted((left, right) => left.time - right.time), shown: 3 },
      { played: events, shown: 3 },
      { played: events.toReversed(), shown: 2 },
    ];
    for (const { played, shown } of orders) {
      const correlator = createCorrelator(set);
      const firings = [...played.flatMap((event) => [...correlator.add(event)]), ...correlator.finish()];
      const first = Map.groupBy(
        firings,
        ({ correlation, group }) => `${correlation.header.id} ${JSON.stringify(group)}`,
      );
      const found = [...first.values()].map((all) => {
        const earliest = all.reduce((one, other) => (other.time < one.time ? other : one));
        const at = events.find(({ time }) => time === earliest.time);
        return [earliest.correlation.header.id, earliest.group.map(({ value }) => value), at?.key];
      });
      expect(found.map((one) => one.slice(0, shown))).toEqual(expected.map((one) => one.slice(0, shown)));
    }
    for (const [id, { detail }] of Object.entries(byRule))
      for (const { group, base_events: base } of detail) {
        const fed = new Set(
          set.correlations.find(({ header }) => header.id === id)?.feeds.map(({ of }) => of.header.id),
        );
        const counted = events.filter(
          ({ view, rules: matched }) =>
            matched.some(({ header }) => fed.has(header.id)) &&
            Object.entries(group).every(([field, value]) => view[field] === value),
        );
        expect(counted).toHaveLength(base);
      }
  });
});
