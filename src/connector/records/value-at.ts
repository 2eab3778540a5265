import { isRecord } from './json-record.ts';

/** What stands at a path of keys inside a value; undefined where a step is no object or does not have the key itself. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const step of path) found = isRecord(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  return found;
}
