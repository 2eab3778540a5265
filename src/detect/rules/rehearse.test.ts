import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Format } from '../../connector/index.ts';
import { parseDocuments } from '../../standards/sigma/index.ts';
import { createContent } from './content.ts';
import { rehearse } from './rehearse.ts';

const View = z.object({ t: z.number(), is: z.string(), n: z.number() });
const format: Format = {
  name: 'test',
  title: 'Test',
  recognise: () => 2,
  read(line) {
    const view = View.parse(JSON.parse(line));
    return { time: view.t * 1_000, logsources: [{}], view, subjects: [], toOcsf: () => ({}) };
  },
};
const content = createContent(
  parseDocuments(
    [
      'title: a\nid: a\nlogsource: {}\ndetection: {s: {is: a}, condition: s}\n',
      'title: Mean\nid: mean\ncorrelation: {type: value_avg, rules: [a], timespan: 10s, condition: {field: n, gt: 5}, generate: false}\n',
      'title: Means\nid: means\ncorrelation: {type: event_count, rules: [mean], timespan: 1m, condition: {gte: 2}, generate: true}\n',
    ].join('---\n'),
    'r.yml',
  ),
);

test('[C12] windows that wait for their end are decided after the last line, chains included', async () => {
  const lines = [
    { t: 0, is: 'a', n: 9 },
    { t: 5, is: 'a', n: 3 },
    { t: 20, is: 'a', n: 1 },
    { t: 40, is: 'a', n: 6 },
    { t: 41, is: 'b', n: 9 },
  ].map((view) => JSON.stringify(view));
  const { findings } = await rehearse(lines, { content, format, receivedAt: 1_000_000 });
  const told = findings.map(({ finding, onLine }) => [finding.rule_id, finding.event_count, onLine]);
  // The mean of 9 and 3, and that of 6 alone, more than a timespan apart; then both.
  expect(told).toEqual([
    ['mean', 2, 2],
    ['mean', 1, 4],
    ['means', 2, 4],
  ]);
});
