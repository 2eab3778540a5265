import type { FirebreakError, Where } from '../../../base/errors.ts';

/** One YAML document of a file, as plain values, with the place of every path in it. */
export interface LocatedDocument {
  /** Position in its file, from 0. */
  document: number;
  values: Readonly<Record<string, unknown>>;
  /** The text of the document itself, for its hash. */
  text: string;
  /** Where the key or element at this path stands; the nearest there is. */
  where(path: readonly (string | number)[]): Where;
}

export interface YamlFile {
  documents: LocatedDocument[];
  errors: FirebreakError[];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
