import { basename } from 'node:path';
import { z } from 'zod';
import { lineReader } from '../../src/detect/read-line.ts';
import { logLines } from '../../src/ingest/index.ts';
import type { Evaluator, Rule, RuleSet } from '../../src/standards/sigma/index.ts';
import { allFormats } from '../../connectors/formats.ts';
import { readContext } from './read-context.ts';

/** What the reference says of one log: on which lines, from 1, each rule fires. A rule that is not named does not fire. */
export const ExpectedHits = z.object({
  log: z.string(),
  rules: z.record(z.string(), z.object({ title: z.string().default(''), lines: z.array(z.int()) })),
});
export type ExpectedHits = z.infer<typeof ExpectedHits>;

export interface Disagreement {
  way: 'missed' | 'extra';
  rule: string;
  title: string;
  log: string;
  line: number;
}

export interface JudgedHits {
  expected: number;
  disagreements: Disagreement[];
  events: number;
  /** Lines that no format of ours reads. */
  unread: number;
  /** Hits of rules that the reference did not run on this log. */
  notJudged: number;
}

/**
 * Runs a log through the product's formats and the index, and compares. The reference ran the rules of the log's own
 * product that name a category or a service, so that nothing is known of the hits of others.
 */
export async function judgeHits(
  expected: ExpectedHits,
  options: { file: string; path: string; set: RuleSet; index: Evaluator },
): Promise<JudgedHits> {
  const { set, index } = options;
  const products = productsOf(expected, options.file, set.rules);
  const ours = new Map<string, Set<number>>();
  const result: JudgedHits = { expected: 0, disagreements: [], events: 0, unread: 0, notJudged: 0 };
  const read = lineReader(allFormats, 'auto');
  for await (const { number, text } of logLines(options.path)) {
    result.events += 1;
    const event = read(text, readContext)?.read;
    if (!event) {
      result.unread += 1;
      continue;
    }
    for (const { header, logsource } of index.evaluate(event.view, event.logsources)) {
      const isJudged = products.has(logsource.product ?? '') && (logsource.category ?? logsource.service) !== undefined;
      if (isJudged) ours.set(header.id, (ours.get(header.id) ?? new Set()).add(number));
      else result.notJudged += 1;
    }
    if (result.events % 1_000 === 0) index.improve?.();
  }
  const titles = new Map(set.rules.map(({ header }) => [header.id, header.title]));
  const tell = (way: Disagreement['way'], rule: string, line: number) =>
    result.disagreements.push({
      way,
      rule,
      title: expected.rules[rule]?.title || (titles.get(rule) ?? ''),
      log: expected.log,
      line,
    });
  for (const id of new Set([...Object.keys(expected.rules), ...ours.keys()])) {
    const theirs = new Set(expected.rules[id]?.lines);
    const mine = ours.get(id) ?? new Set();
    result.expected += theirs.size;
    for (const line of theirs) if (!mine.has(line)) tell('missed', id, line);
    for (const line of mine) if (!theirs.has(line)) tell('extra', id, line);
  }
  return result;
}

/** Products of the rules that are expected; of a log on which none is, the one that the file's name begins with. */
function productsOf(expected: ExpectedHits, file: string, rules: readonly Rule[]): ReadonlySet<string> {
  const named = new Set(Object.keys(expected.rules));
  const products = new Set(
    rules.flatMap(({ header, logsource }) => (named.has(header.id) ? [logsource.product ?? ''] : [])),
  );
  if (products.size > 0) return products;
  const name = basename(file).replace(/^sigma-hits-/, '');
  const known = new Set(rules.flatMap(({ logsource }) => logsource.product ?? []));
  return new Set([...known].filter((product) => name.startsWith(`${product}-`)));
}
