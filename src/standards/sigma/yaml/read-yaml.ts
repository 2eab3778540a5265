import { errors } from '../errors.ts';
import type { YamlFile } from './located-document.ts';
import { readFullYaml } from './read-full-yaml.ts';
import { readPlainYaml } from './read-plain-yaml.ts';

const maxBytes = 1_048_576;
const maxDocuments = 10_000;

/** Reads a file of one or many documents. Bad documents give an error; the others stand. */
export function readYaml(text: string, file: string): YamlFile {
  const found: YamlFile = { documents: [], errors: [] };
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes)
    return { ...found, errors: [errors.TOO_LARGE([bytes, maxBytes], { where: { file, line: 1, column: 1 } })] };
  const plain = plainFile(text, file);
  if (plain) return plain;
  if (isBottomless(text))
    return { ...found, errors: [errors.BAD_YAML(['it is nested too deep'], { where: { file, line: 1, column: 1 } })] };
  if ((text.match(/^(?:---|\.\.\.)(?=\s|$)/gm)?.length ?? 0) > maxDocuments)
    return {
      ...found,
      errors: [
        errors.BAD_YAML([`it has more than ${maxDocuments} documents`], { where: { file, line: 1, column: 1 } }),
      ],
    };
  return readFullYaml(text, file);
}

/** Most files are plain; the full reader then only has to say where something stands, when a problem is told. */
function plainFile(text: string, file: string): YamlFile | undefined {
  const plain = readPlainYaml(text);
  if (!plain) return undefined;
  const start = { file, ...plain.start };
  let full: YamlFile | undefined;
  const where = (path: readonly (string | number)[]) => {
    if (path.length === 0) return start;
    full ??= readFullYaml(text, file);
    return full.documents[0]?.where(path) ?? start;
  };
  return { documents: [{ document: 0, values: plain.values, text: text.trim(), where }], errors: [] };
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
