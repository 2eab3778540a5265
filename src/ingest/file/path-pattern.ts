import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whether `name` fits `pattern`, where `*` stands for any characters and `?` for one. At most name × pattern steps. */
export function matchesWildcard(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      mark = n;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      n = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** The directories that can hold files of the pattern, now. Those without wildcards are given whether they exist or not. */
export async function directoriesOf(pattern: string): Promise<string[]> {
  const parent = dirname(pattern);
  if (!hasWildcard(parent)) return [parent];
  const wanted = basename(parent);
  const found: string[] = [];
  for (const directory of await directoriesOf(parent)) {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile() && matchesWildcard(wanted, entry.name)) found.push(join(directory, entry.name));
    }
  }
  return found;
}
