import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { directoriesOf, hasWildcard, matchesWildcard } from './path-pattern.ts';
import { isPackedName, rotatedFrom } from './rotated-name.ts';

/** The names that belong to a pattern, now. */
export interface Family {
  /** Where they are looked for, and so what is watched. */
  directories: string[];
  /** Names that fit the pattern and that no rotation made. Those without wildcards are given whether they exist or not. */
  live: string[];
  /** Names that a rotation left behind, and the live name they had. */
  rotated: { path: string; firstPath: string }[];
  /** Target → live name, where that is a link. */
  links: Map<string, string>;
}

const maxLive = 1_000;
const maxRotated = 10_000;

/** `knownPaths`: live names that were read before; they may be away between a rename and the next line. */
export async function listFamily(pattern: string, knownPaths: Iterable<string>): Promise<Family> {
  const wanted = basename(pattern);
  const known = [...new Set(knownPaths)];
  const family: Family = { directories: await directoriesOf(pattern), live: [], rotated: [], links: new Map() };
  const namesOf = new Map<string, string[]>();
  for (const directory of family.directories) {
    const names = (await readdir(directory).catch(() => [])).filter((name) => !isPackedName(name));
    namesOf.set(directory, names);
    if (!hasWildcard(wanted)) family.live.push(join(directory, wanted));
    else {
      const fit = names.filter((name) => matchesWildcard(wanted, name));
      const away = known.filter((path) => dirname(path) === directory).map((path) => basename(path));
      const first = new Set([...fit, ...away]);
      family.live.push(
        ...fit.filter((name) => rotatedFrom(name, first) === undefined).map((one) => join(directory, one)),
      );
      addRotated(directory, names, new Map([...first].map((name) => [name, join(directory, name)])));
    }
  }
  family.live = family.live.slice(0, maxLive);
  for (const path of family.live) {
    const real = await realpath(path).catch(() => path);
    if (real !== path) family.links.set(real, path);
    const places = hasWildcard(wanted) ? [real] : [path, real];
    for (const place of new Set(places)) {
      if (place === path && hasWildcard(wanted)) continue;
      const directory = dirname(place);
      const names = namesOf.get(directory) ?? (await readdir(directory).catch(() => []));
      addRotated(directory, names, new Map([[basename(place), path]]));
    }
  }
  family.directories = [...new Set([...family.directories, ...[...family.links.keys()].map((path) => dirname(path))])];
  family.rotated = family.rotated.slice(0, maxRotated);
  return family;

  function addRotated(directory: string, names: readonly string[], first: Map<string, string>): void {
    const firstNames = new Set(first.keys());
    for (const name of names) {
      const base = isPackedName(name) ? undefined : rotatedFrom(name, firstNames);
      const firstPath = base === undefined ? undefined : first.get(base);
      if (firstPath !== undefined) family.rotated.push({ path: join(directory, name), firstPath });
    }
  }
}
