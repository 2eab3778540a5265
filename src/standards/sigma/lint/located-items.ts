import type { Path } from '../parse-detection.ts';
import { isRecord } from '../yaml/located-document.ts';
import type { Detection, Item, Search } from '../rule.ts';

/** An item, with its place in the document and its values as they are written. */
export interface LocatedItem {
  path: Path;
  item: Item;
  modifiers: readonly string[];
  raw: readonly unknown[];
  /** The place of a value. */
  valuePath: (index: number) => Path;
}

/** Every item of a detection; `section` is the map that it was read from. */
export function locatedItems(
  detection: Detection,
  section: Readonly<Record<string, unknown>>,
  path: Path,
): LocatedItem[] {
  return [...detection.searches].flatMap(([name, search]) => itemsIn(section[name], search, [...path, name], ''));
}

/** Raw value and parsed search have the same shape, but that a map of one key is its item. */
function itemsIn(raw: unknown, search: Search | undefined, path: Path, key: string): LocatedItem[] {
  if (!search) return [];
  if (isRecord(raw)) {
    const entries = Object.entries(raw);
    return entries.flatMap(([inner, value], index) => {
      const part = entries.length === 1 || search.kind === 'item' ? search : search.searches[index];
      return itemsIn(value, part, [...path, inner], inner);
    });
  }
  if (search.kind !== 'item')
    return Array.isArray(raw)
      ? raw.flatMap((value: unknown, index) => itemsIn(value, search.searches[index], [...path, index], ''))
      : [];
  const isList = Array.isArray(raw);
  return [
    {
      path,
      item: search,
      modifiers: key.split('|').slice(1),
      raw: isList ? raw : [raw],
      valuePath: (index) => (isList ? [...path, index] : path),
    },
  ];
}
