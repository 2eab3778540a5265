import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** The folder of corpora that are not committed: FIREBREAK_DATA_DIR, else `../shared` beside the repository. */
export const corpusDir = resolve(import.meta.dirname, '..', process.env['FIREBREAK_DATA_DIR'] ?? '../shared');

/** True when the corpus file is there; otherwise says aloud that its tests are skipped. Use as `describe.skipIf(!hasCorpus('data/...'))`. */
export function hasCorpus(path: string): boolean {
  const found = existsSync(join(corpusDir, path));
  if (!found) console.warn(`SKIPPED: ${join(corpusDir, path)} is not here (set FIREBREAK_DATA_DIR).`);
  return found;
}

/** A corpus file as text, unpacked when it ends in .gz or .zst. */
export function readCorpus(path: string): string {
  const bytes = readFileSync(join(corpusDir, path));
  if (path.endsWith('.gz')) return gunzipSync(bytes).toString('utf8');
  if (path.endsWith('.zst')) return zstdDecompressSync(bytes).toString('utf8');
  return bytes.toString('utf8');
}

export function corpusLines(path: string): string[] {
  return readCorpus(path)
    .split('\n')
    .filter((line) => line !== '');
}
