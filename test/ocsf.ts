import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOcsfJudge } from '../tools/vectors/ocsf-judge.ts';
import { corpusDir } from './corpus.ts';

const folder = join(corpusDir, 'standards/ocsf');

/** The judge of OCSF events; without the standards' folder it says so once and finds no fault. */
export const ocsfFaults: (event: Record<string, unknown>) => string[] = existsSync(folder)
  ? createOcsfJudge(folder)
  : () => {
      console.warn(`SKIPPED: OCSF validation, ${folder} is not here (set FIREBREAK_DATA_DIR).`);
      return [];
    };

/** The golden file's value; with UPDATE_GOLDEN=1 it is written first. */
export function golden(path: string, actual: unknown): unknown {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, `${JSON.stringify(actual, undefined, 1)}\n`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The count of leaves, and how many of them stand in `unmapped`. The original line does not count. */
export function unmappedShare(events: readonly Record<string, unknown>[]): { fields: number; unmapped: number } {
  let fields = 0;
  let unmapped = 0;
  for (const { raw_data: _rawData, ...event } of events) {
    fields += leaves(event);
    unmapped += leaves(event['unmapped'] ?? {});
  }
  return { fields, unmapped };
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part: unknown) => sum + leaves(part), 0);
}
