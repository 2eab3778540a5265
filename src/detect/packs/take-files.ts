import { parseDocuments, type ParsedDocument } from '../../standards/sigma/index.ts';
import { errors } from './errors.ts';
import { packLimits, type FoundFile } from './found-file.ts';

/** What is kept of a source: rule files and licences, by their path in the pack. */
export interface TakenFiles {
  files: ReadonlyMap<string, Buffer>;
  counts: PackCounts;
  /** How many files were left out, by reason. */
  leftOut: Readonly<Record<LeftOut, number>>;
}

/** Documents of a pack. */
export interface PackCounts {
  rules: number;
  correlations: number;
  filters: number;
  /** Documents that do not load. */
  refused: number;
}

export type LeftOut = 'no_rule' | 'deprecated' | 'too_large' | 'link';

/**
 * Reads a source to its end and keeps what a pack needs. Names that leave the folder are refused with everything;
 * links, other files, and rules that their author has given up (status deprecated or unsupported) are left out.
 * Throws CONTENT.UNSAFE_PATH, CONTENT.TOO_LARGE.
 */
export async function takeFiles(
  found: AsyncIterable<FoundFile>,
  options: { only: readonly string[]; isFolderStripped: boolean },
): Promise<TakenFiles> {
  const leftOut = { no_rule: 0, deprecated: 0, too_large: 0, link: 0 };
  const candidates = new Map<string, Buffer>();
  let [seen, bytes] = [0, 0];
  for await (const file of found) {
    seen += 1;
    if (seen > packLimits.files) throw errors.TOO_LARGE(['files', packLimits.files.toLocaleString('en')]);
    const path = safePath(file.path);
    if (isHidden(path)) continue;
    if (file.kind === 'other') leftOut.link += 1;
    else if (!isTakenName(path)) leftOut.no_rule += 1;
    else if (file.size > packLimits.fileBytes) leftOut.too_large += 1;
    else {
      const content = await file.read();
      bytes += content.length;
      if (bytes > packLimits.takenBytes) throw errors.TOO_LARGE(['MB of rules', String(packLimits.takenBytes >> 20)]);
      if (content.length > packLimits.fileBytes) leftOut.too_large += 1;
      else if (candidates.has(path)) throw errors.UNSAFE_PATH([`${path} (twice)`]);
      else candidates.set(path, content);
    }
  }
  const stripped = options.isFolderStripped ? stripFolder(candidates) : candidates;
  const files = new Map<string, Buffer>();
  const counts: PackCounts = { rules: 0, correlations: 0, filters: 0, refused: 0 };
  for (const [path, content] of [...stripped].sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (isLicence(path)) files.set(path, content);
    else if (isBelow(path, options.only)) {
      const judged = judge(content, path);
      if (typeof judged === 'string') leftOut[judged] += 1;
      else {
        files.set(path, content);
        for (const { kind, read } of judged)
          if (!read || kind === 'unreadable') counts.refused += 1;
          else counts[`${kind}s`] += 1;
      }
    }
  }
  return { files, counts, leftOut };
}

/** The path without `./`, or CONTENT.UNSAFE_PATH: absolute, with `..`, a drive, a backslash or control characters. */
function safePath(given: string): string {
  const path = given.replace(/^(?:\.\/)+/, '');
  const parts = path.split('/');
  const isBad =
    path === '' ||
    Buffer.byteLength(path) > packLimits.pathBytes ||
    /[\\\p{Cc}\ufffd]|^[a-zA-Z]:/u.test(path) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (isBad) throw errors.UNSAFE_PATH([given.slice(0, 200)]);
  if (parts.length > packLimits.depth) throw errors.TOO_LARGE(['folders in each other', String(packLimits.depth)]);
  return path;
}

const isHidden = (path: string) => path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');
const isRuleFile = (path: string) => /(?<!\.fixtures|\.overrides)\.ya?ml$/i.test(path);
const isBelow = (path: string, only: readonly string[]) =>
  only.length === 0 || only.some((folder) => path.startsWith(`${folder.replace(/^\.\/|\/+$/g, '')}/`));

/** Whether a file of this path is read at all. */
export const isTakenName = (path: string) => isRuleFile(path) || isLicence(path);

export function isLicence(path: string): boolean {
  return path.split('/').length <= 2 && /(?:^|\/)(?:licen[cs]e|copying|notice)[^/]*$/i.test(path) && !isRuleFile(path);
}

/** Archives of a forge hold one folder that is named after the revision. */
function stripFolder(files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> {
  const first = new Set([...files.keys()].map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')));
  const [folder = ''] = first;
  if (first.size !== 1 || folder === '') return files;
  return new Map([...files].map(([path, content]) => [path.slice(folder.length + 1), content]));
}

/** The documents of a file that is kept, or why it is not. */
function judge(content: Buffer, path: string): ParsedDocument[] | 'no_rule' | 'deprecated' {
  const text = content.toString('utf8');
  const documents = parseDocuments(text, path);
  if (documents.every(({ kind }) => kind === 'unreadable'))
    // A rule that does not parse is kept, so that it is told with its place.
    return /^(?:detection|correlation|filter)\s*:/m.test(text) ? documents : 'no_rule';
  const given = documents.flatMap(({ read }) => (read ? [read.header.status] : []));
  const isGivenUp = given.length > 0 && given.every((status) => status === 'deprecated' || status === 'unsupported');
  return isGivenUp ? 'deprecated' : documents;
}
