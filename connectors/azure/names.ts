import type { Json } from './record.ts';

/** Puts a value under a name that the view does not have yet. */
export type Put = (name: string, value: unknown) => void;

/** A view to which names can be added; what the record itself has stays. */
export function openView(record: Json): { view: Record<string, unknown>; put: Put } {
  const view: Record<string, unknown> = { ...record };
  return {
    view,
    put(name, value) {
      const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
      if (!isEmpty && !Object.hasOwn(view, name)) view[name] = value;
    },
  };
}

/** The spellings of one name: Azure's diagnostic records begin in lower case, Log Analytics' columns in upper case. */
export function bothSpellings(name: string): readonly [string, string] {
  return [`${name.slice(0, 1).toLowerCase()}${name.slice(1)}`, `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`];
}

/** A function that gives the first value under one of the names, in either spelling, of the first record that has one. */
export function reader(...records: readonly Json[]): (...names: string[]) => unknown {
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
