import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { messageOf, type FirebreakError, type Where } from '../../base/errors.ts';
import { errors } from './errors.ts';

/** One YAML document of a file, as plain values, with the place of every path in it. */
export interface LocatedDocument {
  /** Position in its file, from 0. */
  document: number;
  values: Readonly<Record<string, unknown>>;
  /** The text of the document itself, for its hash. */
  text: string;
  /** Where the key or element at this path stands; the nearest there is. */
  where(path: readonly (string | number)[]): Where;
}

export interface YamlFile {
  documents: LocatedDocument[];
  errors: FirebreakError[];
}

const maxBytes = 1_048_576;
// Honest rules have none; an alias bomb needs many.
const maxAliasCount = 100;
const maxDocuments = 10_000;

/** Reads a file of one or many documents. Bad documents give an error; the others stand. */
export function readYaml(text: string, file: string): YamlFile {
  const found: YamlFile = { documents: [], errors: [] };
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes)
    return { ...found, errors: [errors.TOO_LARGE([bytes, maxBytes], { where: { file, line: 1, column: 1 } })] };
  if (isBottomless(text))
    return { ...found, errors: [errors.BAD_YAML(['it is nested too deep'], { where: { file, line: 1, column: 1 } })] };
  if ((text.match(/^(?:---|\.\.\.)(?=\s|$)/gm)?.length ?? 0) > maxDocuments)
    return {
      ...found,
      errors: [
        errors.BAD_YAML([`it has more than ${maxDocuments} documents`], { where: { file, line: 1, column: 1 } }),
      ],
    };
  const lines = new LineCounter();
  let parsed: Document.Parsed[];
  try {
    const all = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
    parsed = Array.isArray(all) ? all : [];
  } catch (error) {
    // Nesting too deep for the parser ends here as a RangeError.
    return { ...found, errors: [errors.BAD_YAML([messageOf(error)], { where: { file, line: 1, column: 1 } })] };
  }
  const whereAt = (offset: number): Where => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  for (const [document, doc] of parsed.entries()) {
    const start = whereAt(doc.contents?.range[0] ?? doc.range[0]);
    const [bad] = doc.errors;
    if (bad) {
      found.errors.push(errors.BAD_YAML([bad.message], { where: whereAt(bad.pos[0]) }));
      continue;
    }
    const odd = oddKeyOf(doc);
    if (odd) {
      found.errors.push(errors.BAD_YAML([odd.detail], { where: whereAt(odd.offset) }));
      continue;
    }
    if (doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null)) continue;
    let values: unknown;
    try {
      values = doc.toJS({ maxAliasCount });
    } catch (error) {
      found.errors.push(errors.BAD_YAML([messageOf(error)], { where: start }));
      continue;
    }
    if (!isRecord(values)) {
      found.errors.push(errors.NOT_A_RULE([], { where: start }));
      continue;
    }
    found.documents.push({
      document,
      values,
      text: text.slice(doc.range[0], doc.range[2]).trim(),
      where: (path) => {
        const offset = offsetOf(doc, path);
        return offset === undefined ? start : whereAt(offset);
      },
    });
  }
  return found;
}

/**
 * The first key that is there twice, that is no text, or that merges (`<<` of YAML 1.1). The parser's own search for twins takes
 * the square of their number, and keys that are maps the square of their depth (SPEC.md [Y1], [Y5]).
 */
function oddKeyOf(doc: Document.Parsed): { detail: string; offset: number } | undefined {
  const open: unknown[] = [doc.contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isSeq(node)) open.push(...node.items.toReversed());
    if (!isMap(node)) continue;
    const seen = new Set<unknown>();
    for (const { key } of node.items) {
      const offset = rangeStart(key) ?? rangeStart(node) ?? 0;
      if (!isScalar(key)) return { detail: 'a key must be a text', offset };
      if (key.value === '<<')
        return { detail: 'merge keys ("<<") are no part of YAML 1.2; write out what they would bring', offset };
      if (seen.has(key.value)) return { detail: `the key "${String(key.value)}" is there twice`, offset };
      seen.add(key.value);
    }
    for (const { value } of node.items.toReversed()) open.push(value);
  }
  return undefined;
}

/** The parser takes seconds to find out that it cannot follow; honest rules are nested less than ten deep. */
function isBottomless(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Brackets inside texts are counted too, which is why the bound is so wide: [ { and ] }.
    if (code === 0x5b || code === 0x7b) depth += 1;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
    if (depth > 1_000) return true;
  }
  return text.includes('- '.repeat(500)) || text.includes('? '.repeat(500));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function offsetOf(doc: Document.Parsed, path: readonly (string | number)[]): number | undefined {
  let node: unknown = doc.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(doc);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) return offset;
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = rangeStart(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | undefined)?.range?.[0];
}
