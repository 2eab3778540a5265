import type { Format } from '../connector/index.ts';
import { readRuleSources, type RuleSources } from './packs/read-rule-sources.ts';
import { createContent } from './rules/content.ts';
import { explainLine, type Explanation } from './rules/explain.ts';

/** What the rules say of a line, with no server and no database. `now` in epoch ms settles a missing year. */
export async function explainOffline(
  options: RuleSources & { formats: ReadonlyMap<string, Format>; now: number },
  line: string,
  format?: string,
): Promise<Explanation> {
  const content = createContent(await readRuleSources(options));
  return explainLine(line, { ...options, content, ...(format === undefined ? {} : { format }) });
}
