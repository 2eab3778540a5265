import type { Format } from '../connector/index.ts';
import { createContent } from './rules/content.ts';
import { explainLine, type Explanation } from './rules/explain.ts';
import { readRules } from './rules/read-rules.ts';

/** What the rules of these folders say of a line, with no server and no database. `now` in epoch ms settles a missing year. */
export async function explainOffline(
  options: { rulesDirs: readonly string[]; formats: ReadonlyMap<string, Format>; now: number },
  line: string,
  format?: string,
): Promise<Explanation> {
  const content = createContent(await readRules(options.rulesDirs));
  return explainLine(line, { ...options, content, ...(format === undefined ? {} : { format }) });
}
