import type { Detect, DetectOptions, ReloadReport } from './detect.ts';
import { readRuleSources } from './packs/read-rule-sources.ts';
import { createContent } from './rules/content.ts';
import { explainLine } from './rules/explain.ts';
import { testRules } from './rules/test-rules.ts';
import { createStage } from './stage.ts';
import { replaceRules } from './store/rules.ts';

/** Detection with the rules of its folders loaded. Nothing runs until the stage is turned. */
export async function createDetect(options: DetectOptions): Promise<Detect> {
  const { db, clock, log, formats } = options;
  let content = createContent([]);
  const stage = createStage(options, () => content);

  async function reload(): Promise<ReloadReport> {
    const began = performance.now();
    const next = createContent(await readRuleSources(options));
    await db.transaction((tx) => replaceRules(tx, next.listings, new Date(clock.now())));
    const isChanged = next.version !== content.version;
    content = next;
    const loaded = next.listings.filter((listing) => listing.is_loaded).length;
    const refused = next.listings.length - loaded;
    const report = { loaded, refused, contentVersion: next.version, tookMs: Math.round(performance.now() - began) };
    log.info({ ...report }, 'The rules are loaded.');
    for (const { file, problems } of next.listings.filter((listing) => !listing.is_loaded).slice(0, 20))
      log.warn({ file, ...problems.at(-1) }, 'A rule is not loaded.');
    if (isChanged) db.channels.wake('rules');
    return report;
  }

  await reload();
  return {
    stage,
    reload,
    contentVersion: () => content.version,
    rules: () => [...content.listings],
    explain: (line, format) =>
      explainLine(line, { content, formats, now: clock.now(), ...(format === undefined ? {} : { format }) }),
    testRules: (dirs) => testRules(dirs, formats),
    figures: () => stage.figures(),
    close: () => stage.close(),
  };
}
