import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document, type Scalar } from 'yaml';
import { z } from 'zod';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import type { ParsedDocument } from '../../standards/sigma/index.ts';
import { refusedFile } from '../rules/refused-file.ts';
import { errors } from './errors.ts';

/** What the owner of this Firebreak says about one rule, whoever wrote it. Keys of ours are checked like a rule's own. */
const Override = z.strictObject({
  enabled: z.boolean().optional(),
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']).optional(),
  /** Why, for the next person. */
  reason: z.string().max(1_000).optional(),
  cause: z.unknown().optional(),
  message: z.unknown().optional(),
  firebreak_new: z.unknown().optional(),
  firebreak_group: z.unknown().optional(),
});
type Override = z.infer<typeof Override>;

export interface OverrideEntry {
  ruleId: string;
  override: Override;
  file: string;
  line: number;
}

const maxBytes = 1 << 20;

/** Reads `*.overrides.yml`: rule ids as keys. A file or entry that is wrong is a problem of its own; the others hold. */
export async function readOverrides(
  files: readonly string[],
): Promise<{ entries: OverrideEntry[]; broken: ParsedDocument[] }> {
  const entries: OverrideEntry[] = [];
  const broken: ParsedDocument[] = [];
  for (const path of files) {
    const file = relative('.', path) || path;
    try {
      for (const entry of parseOverrides(await readFile(path, 'utf8'), file))
        if (entry instanceof FirebreakError) broken.push(refusedFile(file, entry));
        else entries.push(entry);
    } catch (cause) {
      const error = errors.UNREADABLE([file, messageOf(cause)], { where: { file }, cause });
      broken.push(refusedFile(file, error));
    }
  }
  return { entries, broken };
}

function parseOverrides(text: string, file: string): (OverrideEntry | FirebreakError)[] {
  const lines = new LineCounter();
  const place = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { where: { file, line, column: col } };
  };
  if (text.length > maxBytes) return [errors.BAD_OVERRIDE(['the file is larger than 1 MB'], place(0))];
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const [bad] = doc.errors;
  if (bad) return [errors.BAD_OVERRIDE([bad.message], place(bad.pos[0]))];
  const twin = twinOf(doc);
  if (twin) return [errors.BAD_OVERRIDE([`the key "${String(twin.value)}" is there twice`], place(twin.range?.[0]))];
  if (doc.contents === null) return [];
  if (!isMap(doc.contents)) return [errors.BAD_OVERRIDE(['it is no map of rule ids'], place(0))];
  return doc.contents.items.map((pair) => {
    const at = place(isNode(pair.key) ? pair.key.range?.[0] : 0);
    if (!isScalar(pair.key) || typeof pair.key.value !== 'string')
      return errors.BAD_OVERRIDE(['a key is no rule id'], at);
    const ruleId = pair.key.value;
    // No aliases: a few of them can stand for more than memory holds.
    const parsed = Override.safeParse(plainOf(pair.value));
    if (parsed.success) return { ruleId, override: parsed.data, file, line: at.where.line };
    const [issue] = parsed.error.issues;
    const key = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : (issue?.path.join('.') ?? '');
    return errors.BAD_OVERRIDE([`${ruleId}: ${key} ${issue?.message ?? 'is wrong'}`], at);
  });

  function plainOf(node: unknown): unknown {
    if (node === null || typeof node !== 'object' || !('toJS' in node) || typeof node.toJS !== 'function') return null;
    try {
      return node.toJS(doc, { maxAliasCount: 0 });
    } catch {
      return null;
    }
  }
}

/** The first key that its map has twice. The parser's own search for twins takes the square of their number. */
function twinOf(doc: Document): Scalar | undefined {
  let twin: Scalar | undefined;
  visit(doc, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          twin = key;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return twin;
}

/**
 * The documents as the owner wants them; their hashes change with what was overridden, so that a reload sees it. `unused`
 * tells overrides of rules that are not there.
 */
export function applyOverrides(
  documents: readonly ParsedDocument[],
  entries: readonly OverrideEntry[],
): { documents: ParsedDocument[]; unused: ParsedDocument[] } {
  const byId = Map.groupBy(entries, ({ ruleId }) => ruleId);
  const used = new Set<string>();
  const changed = documents.map((document) => {
    const wanted = byId.get(document.read?.header.id ?? '');
    if (!wanted) return document;
    used.add(document.read?.header.id ?? '');
    return wanted.reduce(overridden, document);
  });
  const unused = entries.filter(({ ruleId }) => !used.has(ruleId));
  return {
    documents: changed,
    unused: unused.map(({ ruleId, file, line }) =>
      refusedFile(file, errors.OVERRIDE_UNUSED([ruleId], { where: { file, line, column: 1 } }), 'warning'),
    ),
  };
}

function overridden(document: ParsedDocument, { override, file, line }: OverrideEntry): ParsedDocument {
  const { read } = document;
  if (!read) return document;
  const { enabled, level, reason, ...custom } = override;
  if (enabled === false) {
    const where = { file: document.file, line: read.header.line, column: 1 };
    const error = errors.DISABLED([`${file}:${line}`, reason ?? ''], { where });
    const { read: _off, ...rest } = document;
    return { ...rest, problems: [...document.problems, { severity: 'error', error }] };
  }
  const given = Object.fromEntries(Object.entries(custom).filter(([, value]) => value !== undefined));
  const hash = createHash('sha256')
    .update(document.hash)
    .update(JSON.stringify([level, given]))
    .digest('hex');
  const header = {
    ...read.header,
    hash,
    level: level ?? read.header.level,
    custom: { ...read.header.custom, ...given },
  };
  return { ...document, hash, read: { ...read, header } };
}

/** Files of overrides directly in a folder or below it. */
export function overrideFiles(dir: string, names: readonly string[]): string[] {
  return names
    .filter((name) => /\.overrides\.ya?ml$/i.test(name))
    .sort()
    .map((name) => join(dir, name));
}
