import { readRuleSources, type RuleSources } from '../packs/read-rule-sources.ts';
import { createContent, type Content } from './content.ts';

/** All rules of the sources, ready to run; what is wrong with any is in its listings. */
export async function readContent(sources: RuleSources): Promise<Content> {
  return createContent(await readRuleSources(sources));
}
