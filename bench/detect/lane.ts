import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdDecompressSync } from 'node:zlib';
import type { Logsource } from '../../src/connector/index.ts';
import { corpusDir } from '../../test/corpus.ts';
import { buildLane, isBuilt } from './built-lanes.ts';
import { windowsLogsources } from './windows-logsources.ts';

/** What arrives: bytes, decoded within the time that is measured. */
export interface LaneEvent {
  line: Buffer;
  logsources: (event: Readonly<Record<string, unknown>>) => readonly Logsource[];
  /** Keywords may be looked for in the line itself. */
  isWhole: boolean;
}

/** The first `most` events of a lane: of the data folder, or built from it. */
export function readLane(lane: string, most: number): LaneEvent[] {
  if (isBuilt(lane)) return buildLane(lane, most);
  return unpackedLane(lane)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, most)
    .map((line) => ({ line: Buffer.from(line), logsources: windowsLogsources, isWhole: true }));
}

/** The bytes of a lane of the data folder. */
export function unpackedLane(lane: string): Buffer {
  const packed = readFileSync(join(corpusDir, 'data/bench', `${lane}.jsonl.zst`));
  return zstdDecompressSync(packed, { params: { [constants.ZSTD_d_windowLogMax]: 27 } });
}
