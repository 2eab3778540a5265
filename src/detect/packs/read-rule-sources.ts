import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { FirebreakError } from '../../base/errors.ts';
import { applyPipelines, placeholdersOf, type ParsedDocument, type Placeholders } from '../../standards/sigma/index.ts';
import { readPipelines } from '../rules/read-pipelines.ts';
import { readRules } from '../rules/read-rules.ts';
import { refusedFile } from '../rules/refused-file.ts';
import { openRuleCache, type RuleCache } from '../rules/rule-cache.ts';
import { documentsOf } from './compare-revisions.ts';
import { confinePack } from './confine-pack.ts';
import { applyOverrides, overrideFiles, readOverrides } from './overrides.ts';
import { listPacks, revisionDir } from './pack-store.ts';

/** Where rules come from. What is read first keeps its ids and names. */
export interface RuleSources {
  /** Folders that hold rules, read whole (`.yml`, `.yaml`; not `.fixtures.yml`). */
  rulesDirs: readonly string[];
  /** Folder of the content packs; absent: there are none. */
  packsDir?: string;
  /** Folders of the owner's: Sigma filters and `*.overrides.yml`. One that is not there holds nothing. */
  overridesDirs?: readonly string[];
  /** The owner's pySigma processing pipelines, files or folders: applied to all rules last, but for their placeholders. */
  pipelines?: readonly string[];
  /** What was read is kept there, so that the next start is quick; absent: it is not. */
  cacheFile?: string;
}

/** All rules that are to be in force: the owner's and ours, then packs, each kept to itself, then filters and overrides. */
export async function readRuleSources(sources: RuleSources): Promise<ParsedDocument[]> {
  const { pipelines, broken } = await readPipelines(sources.pipelines ?? []);
  const placeholders = placeholdersOf(pipelines);
  const cache = sources.cacheFile === undefined ? undefined : await openRuleCache(sources.cacheFile);
  const documents = await readRules(sources.rulesDirs, placeholders, cache);
  if (sources.packsDir !== undefined)
    documents.push(...(await readPacks(sources.packsDir, documents, placeholders, cache)));
  await cache?.save();
  const changed = await withOverrides([...documents, ...broken], sources.overridesDirs ?? [], placeholders);
  return applyPipelines(changed, pipelines);
}

/** A revision of a pack alone, as it would be in force: with the owner's placeholders, filters, overrides and pipelines. */
export async function readPackAlone(
  files: ReadonlyMap<string, Buffer>,
  sources: Pick<RuleSources, 'overridesDirs' | 'pipelines'>,
): Promise<ParsedDocument[]> {
  const { pipelines } = await readPipelines(sources.pipelines ?? []);
  const placeholders = placeholdersOf(pipelines);
  const documents = confinePack(documentsOf(files, placeholders), []);
  return applyPipelines(await withOverrides(documents, sources.overridesDirs ?? [], placeholders), pipelines);
}

/** The documents with the owner's filters and overrides of these folders. */
async function withOverrides(
  documents: readonly ParsedDocument[],
  overridesDirs: readonly string[],
  placeholders: Placeholders,
): Promise<ParsedDocument[]> {
  const dirs = overridesDirs.filter((dir) => existsSync(dir));
  const filters = await readRules(dirs, placeholders);
  const named = await Promise.all(dirs.map(async (dir) => overrideFiles(dir, await readdir(dir, { recursive: true }))));
  const { entries, broken } = await readOverrides(named.flat());
  const changed = applyOverrides([...documents, ...filters], entries);
  return numbered([...changed.documents, ...broken, ...changed.unused]);
}

async function readPacks(
  dir: string,
  before: readonly ParsedDocument[],
  placeholders: Placeholders,
  cache: RuleCache | undefined,
): Promise<ParsedDocument[]> {
  const found: ParsedDocument[] = [];
  let packs: Awaited<ReturnType<typeof listPacks>>;
  try {
    packs = await listPacks(dir);
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error;
    return [refusedFile(error.where?.file ?? dir, error)];
  }
  for (const pack of packs) {
    const documents = await readRules([revisionDir(dir, pack)], placeholders, cache);
    found.push(...confinePack(documents, [...before, ...found]));
  }
  return found;
}

/** Every document once, by file and place: folders may lie in each other, and a file may have several problems. */
function numbered(documents: readonly ParsedDocument[]): ParsedDocument[] {
  const places = new Map<string, ParsedDocument>();
  const free = new Map<string, number>();
  for (const document of documents) {
    const key = (place: number) => `${document.file}\0${place}`;
    if (document.document >= 0) {
      if (!places.has(key(document.document))) places.set(key(document.document), document);
      continue;
    }
    let place = free.get(document.file) ?? -1;
    while (places.has(key(place))) place -= 1;
    free.set(document.file, place - 1);
    places.set(key(place), { ...document, document: place });
  }
  return [...places.values()];
}
