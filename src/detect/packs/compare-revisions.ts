import { parseDocuments, type ParsedDocument, type Placeholders } from '../../standards/sigma/index.ts';
import { lineDiff } from './line-diff.ts';
import { isLicence } from './take-files.ts';

export interface ComparedRule {
  id: string;
  title: string;
  file: string;
  level: string;
}

/** A rule whose document is another now. */
export interface ChangedRule extends ComparedRule {
  /** Lines of its file that changed; empty for the second and later rules of a file that was shown. */
  diff: string[];
}

export interface RevisionDiff {
  added: ComparedRule[];
  removed: ComparedRule[];
  changed: ChangedRule[];
  /** The licence is another text now. */
  is_licence_changed: boolean;
}

/** A second or two: a revision can change thousands of files, and somebody waits. */
const mostCells = 200_000_000;

type Files = ReadonlyMap<string, Buffer>;

/** Rules, correlations and filters by id: what the second revision has more, less and otherwise than the first. */
export function compareRevisions(before: Files, after: Files): RevisionDiff {
  const [old, next] = [documentsById(before), documentsById(after)];
  const shown = new Set<string>();
  const room = { cells: mostCells };
  const changed = [...next].flatMap(([id, document]) => {
    const was = old.get(id);
    if (!was || was.hash === document.hash) return [];
    const pair = `${was.file}\0${document.file}`;
    const diff = shown.has(pair) ? [] : lineDiff(textOf(before, was.file), textOf(after, document.file), room);
    shown.add(pair);
    return [{ ...summary(id, document), diff }];
  });
  return {
    added: [...next].filter(([id]) => !old.has(id)).map(([id, document]) => summary(id, document)),
    removed: [...old].filter(([id]) => !next.has(id)).map(([id, document]) => summary(id, document)),
    changed,
    is_licence_changed: licences(before) !== licences(after),
  };
}

/** Documents of a revision, with values for `expand`. */
export function documentsOf(files: Files, placeholders: Placeholders = {}): ParsedDocument[] {
  return [...files].flatMap(([path, content]) =>
    isLicence(path) ? [] : parseDocuments(content.toString('utf8'), path, placeholders),
  );
}

function documentsById(files: Files): Map<string, ParsedDocument> {
  const found = new Map<string, ParsedDocument>();
  for (const document of documentsOf(files)) {
    const id = document.read?.header.id ?? `${document.file}#${document.document}`;
    if (!found.has(id)) found.set(id, document);
  }
  return found;
}

function summary(id: string, { title, file, read }: ParsedDocument): ComparedRule {
  return { id, title, file, level: read?.header.level ?? 'does not load' };
}

const textOf = (files: Files, path: string) => (files.get(path) ?? Buffer.alloc(0)).toString('utf8');
const licences = (files: Files) =>
  [...files]
    .filter(([path]) => isLicence(path))
    .map(([path, content]) => `${path}\0${content.toString('utf8')}`)
    .join('\0');
