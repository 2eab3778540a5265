import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Files of a folder of the shape of the corpus; a part that is not there is empty. */
export interface EvalFolder {
  regressions: string[];
  expectations: string[];
  /** Archives of rules; those of the fallback when the folder has none. */
  archives: string[];
  /** Files of correlations with the rules they count. */
  correlations: string[];
  /** The file of a log that an expectation names, however it is packed. */
  logOf(name: string): string | undefined;
}

/** Looks through `dir`, or through its `data` folder when it is the folder above. */
export function findSets(dir: string, fallback: string): EvalFolder {
  const root = ['sigma', 'expected', 'logs'].some((part) => existsSync(join(dir, part))) ? dir : inner(dir);
  const sigma = filesOf(join(root, 'sigma'));
  const theirs = filesOf(join(fallback, 'sigma'));
  const own = (files: readonly string[], pattern: RegExp) => files.filter((file) => pattern.test(basename(file)));
  const firstOf = (pattern: RegExp) => {
    const found = own(sigma, pattern);
    return found.length > 0 ? found : own(theirs, pattern);
  };
  let logs: string[] | undefined;
  return {
    regressions: own(sigma, /^regression-.*\.jsonl(?:\.gz|\.zst)?$/),
    expectations: filesOf(join(root, 'expected')).filter((file) => file.endsWith('.json')),
    archives: firstOf(/^sigma-rules.*\.(?:tar\.gz|tgz|tar)$/),
    correlations: firstOf(/^correlation-.*\.ya?ml$/),
    logOf(name) {
      const given = name.replace(/^data\//, '');
      if (isFile(join(root, given))) return join(root, given);
      logs ??= [...filesBelow(join(root, 'logs')), ...filesBelow(join(fallback, 'logs'))];
      const wanted = stem(basename(given));
      return logs.find((file) => stem(basename(file)) === wanted);
    },
  };
}

const stem = (name: string) => name.replace(/(?:\.(?:gz|zst|jsonl?|ndjson|log|txt|xml))+$/i, '');

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

function inner(dir: string): string {
  return existsSync(join(dir, 'data')) ? join(dir, 'data') : dir;
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter(isFile);
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(folder, name))
    .filter(isFile);
}
