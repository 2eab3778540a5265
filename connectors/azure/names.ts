import type { JsonRecord } from '../../src/connector/index.ts';

/** The spellings of one name: Azure's diagnostic records begin in lower case, Log Analytics' columns in upper case. */
export function bothSpellings(name: string): readonly [string, string] {
  return [`${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`];
}

/** A function that gives the first value under one of the names, in either spelling, of the first record that has one. */
export function reader(...records: readonly JsonRecord[]): (...names: string[]) => unknown {
  return (...names) => {
    for (const name of names)
      for (const record of records)
        for (const spelling of bothSpellings(name)) {
          const value = record[spelling];
          if (Object.hasOwn(record, spelling) && value !== undefined && value !== null) return value;
        }
    return undefined;
  };
}
