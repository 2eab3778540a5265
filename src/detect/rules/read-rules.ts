import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import { parseDocuments, type ParsedDocument, type Placeholders } from '../../standards/sigma/index.ts';
import { errors } from '../errors.ts';
import { refusedFile } from './refused-file.ts';
import type { RuleCache } from './rule-cache.ts';

/** Files of a rule folder, as paths from where we were called; fixtures and overrides are none. A file is itself. */
export async function ruleFiles(dir: string): Promise<string[]> {
  if ((await stat(dir)).isFile()) return [dir];
  const names = await readdir(dir, { recursive: true });
  return names
    .filter((name) => /\.ya?ml$/i.test(name) && !/\.(?:fixtures|overrides)\.ya?ml$/i.test(name))
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.') || part === 'node_modules'))
    .sort()
    .map((name) => join(dir, name));
}

/** Reads every rule of the folders. A folder or file that cannot be read is a problem of its own; the others stand. `placeholders`: values for `expand`. */
export async function readRules(
  dirs: readonly string[],
  placeholders: Placeholders = {},
  cache?: RuleCache,
): Promise<ParsedDocument[]> {
  const found: ParsedDocument[] = [];
  for (const dir of dirs) {
    let files: string[];
    try {
      files = await ruleFiles(dir);
    } catch (cause) {
      found.push(refusedFile(dir, errors.NO_SUCH_FOLDER([dir], { where: { file: dir }, cause })));
      continue;
    }
    for (let from = 0; from < files.length; from += readTogether) {
      // At once: handing thousands of small files to the thread pool and back takes longer than reading them.
      for (const file of files.slice(from, from + readTogether)) found.push(...readFileOf(file, placeholders, cache));
      await setImmediate();
    }
  }
  return found;
}

const readTogether = 32;

function readFileOf(file: string, placeholders: Placeholders, cache: RuleCache | undefined): ParsedDocument[] {
  // Two folders may both hold a `ssh.yml`: the folder is part of the name.
  const name = relative('.', file) || file;
  try {
    const text = textOf(file, name);
    const before = cache?.find(text, name, placeholders);
    if (before) return before;
    const documents = parseDocuments(text, name, placeholders);
    cache?.keep(text, placeholders, documents);
    return documents;
  } catch (cause) {
    const error =
      cause instanceof FirebreakError
        ? cause
        : errors.UNREADABLE_FILE([messageOf(cause)], { where: { file: name }, cause });
    return [refusedFile(name, error)];
  }
}

/** Rules are a few kilobytes; what is larger than this is not even read. */
const mostBytes = 64 * 1024 * 1024;

function textOf(file: string, name: string): string {
  const found = statSync(file);
  // What is no file may never end, or never begin.
  if (!found.isFile()) throw errors.UNREADABLE_FILE(['it is no file.'], { where: { file: name } });
  const { size } = found;
  if (size > mostBytes) throw errors.UNREADABLE_FILE([`it has ${size} bytes.`], { where: { file: name } });
  const bytes = readFileSync(file);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw errors.NOT_UTF8([], { where: { file: name, ...firstNoText(bytes) } });
}

/** Where the first bytes stand that are no UTF-8; both from 1. */
function firstNoText(bytes: Buffer): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start)) {
    line += 1;
    start = end + 1;
  }
  const text = bytes.subarray(start).toString('utf8');
  return { line, column: text.indexOf('\ufffd') + 1 };
}
