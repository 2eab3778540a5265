import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { parseDocuments, type ParsedDocument } from '../../standards/sigma/index.ts';
import { errors } from '../errors.ts';

/** Files of a rule folder, as paths from where we were called; fixtures are none. */
export async function ruleFiles(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true });
  return names
    .filter((name) => /\.ya?ml$/i.test(name) && !/\.fixtures\.ya?ml$/i.test(name))
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.') || part === 'node_modules'))
    .sort()
    .map((name) => join(dir, name));
}

/** Reads every rule of the folders. A folder or file that cannot be read is a problem of its own; the others stand. */
export async function readRules(dirs: readonly string[]): Promise<ParsedDocument[]> {
  const found: ParsedDocument[] = [];
  for (const dir of dirs) {
    let files: string[];
    try {
      files = await ruleFiles(dir);
    } catch (cause) {
      found.push(unreadable(dir, errors.NO_SUCH_FOLDER([dir], { where: { file: dir }, cause })));
      continue;
    }
    for (const file of files) {
      // Two folders may both hold a `ssh.yml`: the folder is part of the name.
      const name = relative('.', file) || file;
      try {
        found.push(...parseDocuments(await readFile(file, 'utf8'), name));
      } catch (cause) {
        found.push(unreadable(name, errors.UNREADABLE_FILE([messageOf(cause)], { where: { file: name }, cause })));
      }
    }
  }
  return found;
}

function unreadable(file: string, error: ReturnType<typeof errors.UNREADABLE_FILE>): ParsedDocument {
  return {
    file,
    document: -1,
    kind: 'unreadable',
    title: file,
    hash: '',
    problems: [{ severity: 'error', error }],
  };
}
