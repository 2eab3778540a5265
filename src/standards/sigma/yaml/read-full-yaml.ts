import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { messageOf, type Where } from '../../../base/errors.ts';
import { errors } from '../errors.ts';
import { isRecord, type YamlFile } from './located-document.ts';

// Honest rules have none; an alias bomb needs many.
const maxAliasCount = 100;

/** Reads a file of one or many documents, whatever YAML has. Bad documents give an error; the others stand. */
export function readFullYaml(text: string, file: string): YamlFile {
  const found: YamlFile = { documents: [], errors: [] };
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
