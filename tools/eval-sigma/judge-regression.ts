import { z } from 'zod';
import { lineReader } from '../../src/detect/read-line.ts';
import { logLines } from '../../src/ingest/index.ts';
import type { Evaluator } from '../../src/standards/sigma/index.ts';
import { allFormats } from '../../connectors/formats.ts';
import { readContext } from './read-context.ts';

/** One upstream test: the rule must fire on one of the events at least. */
const Regression = z.object({
  rule_id: z.string(),
  title: z.string().default(''),
  events: z.array(z.unknown()).min(1),
});

export interface JudgedRegression {
  total: number;
  fired: number;
  silent: { rule: string; title: string; line: number }[];
  /** Numbers of lines that are no test. */
  unreadable: number[];
}

export async function judgeRegression(path: string, index: Evaluator): Promise<JudgedRegression> {
  const result: JudgedRegression = { total: 0, fired: 0, silent: [], unreadable: [] };
  for await (const { number, text } of logLines(path, 512 * 1024 * 1024)) {
    const test = Regression.safeParse(parsed(text));
    if (!test.success) {
      result.unreadable.push(number);
      continue;
    }
    const { rule_id: rule, title, events } = test.data;
    result.total += 1;
    const fires = events.some((event) => {
      const line = typeof event === 'string' ? event : JSON.stringify(event);
      const read = lineReader(allFormats, 'auto')(line, readContext)?.read;
      return read && index.evaluate(read.view, read.logsources).some(({ header }) => header.id === rule);
    });
    if (fires) result.fired += 1;
    else result.silent.push({ rule, title, line: number });
  }
  return result;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
