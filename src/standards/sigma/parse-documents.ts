import { hash as hashText } from 'node:crypto';
import { FirebreakError } from '../../base/errors.ts';
import { idFrom } from '../../base/ids.ts';
import { errors } from './errors.ts';
import type { Placeholders } from './make-matchers.ts';
import { parseCorrelation } from './parse-correlation.ts';
import { parseDetection } from './parse-detection.ts';
import { isRecord, type LocatedDocument } from './yaml/located-document.ts';
import { readYaml } from './yaml/read-yaml.ts';
import { levels, type Filter, type Header, type Logsource, type Problem, type SigmaDocument } from './rule.ts';
import { textList } from './text-list.ts';

/** A document as found: read, or not and why. */
export interface ParsedDocument {
  file: string;
  document: number;
  kind: SigmaDocument['kind'] | 'unreadable';
  title: string;
  hash: string;
  /** Absent when a problem is an error. */
  read?: SigmaDocument;
  problems: Problem[];
}

const sections = { detection: 'rule', correlation: 'correlation', filter: 'filter' } as const;

/** Reads a rule file: one or many documents, and Sigma collections (`action: global|reset|repeat`). Never throws for its content. */
export function parseDocuments(text: string, file: string, placeholders: Placeholders = {}): ParsedDocument[] {
  const yaml = readYaml(text, file);
  const found: ParsedDocument[] = yaml.errors.map((error, index) => ({
    file,
    document: -1 - index,
    kind: 'unreadable',
    title: file,
    hash: hashOf(text),
    problems: [{ severity: 'error', error }],
  }));
  for (const doc of unfoldCollection(yaml.documents)) found.push(parseDocument(doc, file, placeholders));
  return found;
}

export function parseDocument(doc: LocatedDocument, file: string, placeholders: Placeholders): ParsedDocument {
  const present = (['detection', 'correlation', 'filter'] as const).filter((key) => Object.hasOwn(doc.values, key));
  const [section] = present;
  const title = typeof doc.values['title'] === 'string' ? doc.values['title'].slice(0, 256) : file;
  const parsed = { file, document: doc.document, title, hash: hashOf(doc.text) };
  if (!section || present.length > 1) {
    const error = section
      ? errors.BAD_VALUE([present.join('", "'), 'one of them only'], { where: doc.where([present[1] ?? '']) })
      : errors.NOT_A_RULE([], { where: doc.where([]) });
    return { ...parsed, kind: 'unreadable', problems: [{ severity: 'error', error }] };
  }
  const kind = sections[section];
  try {
    const header = parseHeader(doc, file, parsed.hash);
    const problems: Problem[] = [];
    let read: SigmaDocument;
    if (kind === 'correlation') read = parseCorrelation(doc, header);
    else if (kind === 'filter') {
      read = parseFilter(doc, header, placeholders);
      if (!/(?:^|[\s(])not(?:[\s(]|$)/i.test(read.detection.conditionText))
        problems.push({
          severity: 'warning',
          error: errors.FILTER_NARROWS([], { where: doc.where(['filter', 'condition']) }),
        });
    } else {
      const logsource = parseLogsource(doc);
      read = { kind, header, logsource, detection: parseDetection(doc, 'detection', placeholders) };
    }
    return { ...parsed, kind, read, problems };
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error;
    return { ...parsed, kind, problems: [{ severity: 'error', error }] };
  }
}

function parseFilter(doc: LocatedDocument, header: Header, placeholders: Placeholders): Filter {
  const section = doc.values['filter'];
  const raw = isRecord(section) ? section['rules'] : undefined;
  if (raw === undefined) throw errors.MISSING(['filter.rules'], { where: doc.where(['filter']) });
  const rules = textList(raw);
  if (!rules)
    throw errors.BAD_VALUE(['filter.rules', 'a list of rule ids or names, or "any"'], {
      where: doc.where(['filter', 'rules']),
    });
  const logsource = parseLogsource(doc);
  const detection = parseDetection(doc, 'filter', placeholders, ['rules']);
  return { kind: 'filter', header, logsource, ...(raw === 'any' ? {} : { rules }), detection };
}

function parseLogsource(doc: LocatedDocument): Logsource {
  const raw = doc.values['logsource'];
  if (raw === undefined) throw errors.MISSING(['logsource'], { where: doc.where([]) });
  if (!isRecord(raw)) throw errors.BAD_VALUE(['logsource', 'a map'], { where: doc.where(['logsource']) });
  const logsource: Logsource = {};
  for (const key of ['product', 'category', 'service'] as const) {
    const value = raw[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string')
      throw errors.BAD_VALUE([`logsource.${key}`, 'a text'], { where: doc.where(['logsource', key]) });
    logsource[key] = value.trim().toLowerCase();
  }
  return logsource;
}

const standardKeys = new Set(
  'title id name related taxonomy status description license author references date modified logsource detection correlation filter fields falsepositives level tags scope action generate'.split(
    ' ',
  ),
);

function parseHeader(doc: LocatedDocument, file: string, hash: string): Header {
  const text = (key: string): string | undefined => {
    const value = doc.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value.length > 65_535)
      throw errors.BAD_VALUE([key, 'a text'], { where: doc.where([key]) });
    // They end up in file names, terminals and databases.
    if (/\p{Cc}/u.test(value))
      throw errors.BAD_VALUE([key, 'a text without control characters'], { where: doc.where([key]) });
    return value;
  };
  const list = (key: string) => (textList(doc.values[key]) ?? []).slice(0, 100).map((one) => one.slice(0, 1_000));
  const title = text('title');
  if (!title) throw errors.MISSING(['title'], { where: doc.where([]) });
  const levelText = text('level') ?? 'medium';
  const level = levels.find((one) => one === levelText);
  if (!level) throw errors.BAD_VALUE(['level', `one of ${levels.join(', ')}`], { where: doc.where(['level']) });
  const name = text('name');
  const optional = {
    name,
    status: text('status'),
    author: text('author'),
    description: describe(doc.values['description']),
  };
  return {
    file,
    document: doc.document,
    line: doc.where([]).line ?? 1,
    id: text('id') ?? name ?? idFrom('rule', title, doc.text),
    title: title.slice(0, 256),
    hash,
    level,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    tags: list('tags'),
    falsepositives: list('falsepositives'),
    custom: Object.fromEntries(Object.entries(doc.values).filter(([key]) => !standardKeys.has(key))),
  };
}

/** Paragraphs stay; what would move a terminal does not. A rule works without it, so that it is never a reason to refuse one. */
function describe(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value
    .slice(0, 4_000)
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim();
  return text === '' ? undefined : text.toWellFormed();
}

/** `global` is merged into what follows, `reset` forgets it, `repeat` is the document before with changes (SPEC.md [Y3]). */
export function unfoldCollection(documents: readonly LocatedDocument[]): LocatedDocument[] {
  const unfolded: LocatedDocument[] = [];
  let global: Record<string, unknown> = {};
  let previous: Record<string, unknown> = {};
  for (const doc of documents) {
    const { action, ...values } = doc.values;
    if (action === 'global') global = merge(global, values);
    else if (action === 'reset') global = {};
    else if (action !== undefined && action !== 'repeat') unfolded.push(doc);
    else {
      previous = merge(action === 'repeat' ? previous : global, values);
      unfolded.push({ ...doc, values: previous });
    }
  }
  return unfolded;
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (key === '__proto__') continue;
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}

function hashOf(text: string): string {
  return hashText('sha256', text);
}
