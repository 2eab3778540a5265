import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { lineReader } from '../../src/detect/read-line.ts';
import { logLines } from '../../src/ingest/index.ts';
import {
  createCorrelator,
  createIndex,
  linkRules,
  parseDocuments,
  type CorrelatedEvent,
  type RuleSet,
} from '../../src/standards/sigma/index.ts';
import { allFormats } from '../../connectors/formats.ts';
import { readContext } from './read-context.ts';

/** What the reference says of correlations over whole logs: which groups fire, and the line that first makes them. */
export const ExpectedCorrelations = z.object({
  files: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        title: z.string().default(''),
        detail: z.array(
          z.object({
            group: z.record(z.string(), z.string()),
            fires: z.boolean(),
            first_crossing_line: z.int().nullable().default(null),
          }),
        ),
      }),
    ),
  ),
});
export type ExpectedCorrelations = z.infer<typeof ExpectedCorrelations>;

export interface JudgedCorrelations {
  /** Groups of which it is known whether they fire. */
  groups: number;
  disagreements: { way: 'missed' | 'extra' | 'other line'; rule: string; title: string; log: string; line: number }[];
}

export const loadCorrelations = (files: readonly string[]): RuleSet =>
  linkRules(files.flatMap((file) => parseDocuments(readFileSync(file, 'utf8'), file)));

/** Events are correlated in the order of their times, as the reference does. */
export async function judgeCorrelations(
  expected: ExpectedCorrelations['files'][string],
  options: { log: string; path: string; set: RuleSet },
): Promise<JudgedCorrelations> {
  const { log, path, set } = options;
  const firstLines = new Map<string, number>();
  const keyOf = (rule: string, group: Readonly<Record<string, string>>) =>
    JSON.stringify([rule, ...Object.entries(group).map(([field, value]) => [field, value.toLowerCase()])]);
  const correlator = createCorrelator(set);
  const events = await matchedEvents(path, set);
  const firings = [...events.flatMap((event) => correlator.add(event)), ...correlator.finish()];
  for (const { correlation, group, key } of firings) {
    const named = Object.fromEntries(group.map(({ field, value }) => [field, value]));
    const id = keyOf(correlation.header.id, named);
    if (!firstLines.has(id)) firstLines.set(id, Number(key.slice(key.lastIndexOf(' ') + 1)));
  }
  const result: JudgedCorrelations = { groups: 0, disagreements: [] };
  const titles = new Map(set.correlations.map(({ header }) => [header.id, header.title]));
  for (const [rule, { title, detail }] of Object.entries(expected))
    for (const { group, fires, first_crossing_line: first } of detail) {
      result.groups += 1;
      const id = keyOf(rule, group);
      const line = firstLines.get(id);
      firstLines.delete(id);
      const tell = (way: JudgedCorrelations['disagreements'][number]['way'], at: number) =>
        result.disagreements.push({ way, rule, title, log, line: at });
      if (fires && line === undefined) tell('missed', first ?? 0);
      else if (!fires && line !== undefined) tell('extra', line);
      else if (fires && line !== undefined && first !== null && line !== first) tell('other line', line);
    }
  for (const [id, line] of firstLines) {
    const [rule] = z.tuple([z.string()], z.unknown()).parse(JSON.parse(id));
    result.disagreements.push({ way: 'extra', rule, title: titles.get(rule) ?? '', log, line });
  }
  return result;
}

async function matchedEvents(path: string, set: RuleSet): Promise<CorrelatedEvent[]> {
  const index = createIndex(set.rules, set.filters);
  const read = lineReader(allFormats, 'auto');
  const found: CorrelatedEvent[] = [];
  for await (const { number, text } of logLines(path)) {
    const event = read(text, readContext)?.read;
    if (!event) continue;
    const rules = index.evaluate(event.view, event.logsources);
    if (rules.length > 0)
      found.push({ view: event.view, rules, time: event.time ?? readContext.receivedAt, key: String(number) });
  }
  return found.sort((left, right) => left.time - right.time || Number(left.key) - Number(right.key));
}
