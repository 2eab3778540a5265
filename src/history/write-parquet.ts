import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { newId } from '../base/ids.ts';
import { literal } from './duck.ts';
import type { Archive } from './store.ts';

/** Named places where a process may die; tests kill it there. */
export type CrashPoint = (at: 'written' | 'renamed' | 'inserted' | 'committed') => void;

/**
 * Writes the rows of a query (with a column `time`) as one Parquet file of the day: under a temporary name, synced,
 * renamed, and its folder synced. It becomes history with its row in the manifest.
 */
export async function writeParquet(
  connection: DuckDBConnection,
  of: { dir: string; day: string; query: string; nowMs: number; crashPoint?: CrashPoint | undefined },
): Promise<Archive> {
  const id = newId('archive', of.nowMs);
  const path = join(`day=${of.day}`, `${id}.parquet`);
  const target = join(of.dir, path);
  const temporary = `${target}.tmp`;
  await makeFolder(dirname(target));
  try {
    const options = '(format parquet, compression zstd, row_group_size 50000)';
    await connection.run(`copy (${of.query}) to ${literal(temporary)} ${options}`);
    const read = await connection.runAndReadAll(
      `select count(*)::double as rows, epoch_ms(min(time))::double as first, epoch_ms(max(time))::double as last
       from read_parquet(${literal(temporary)})`,
    );
    const [rows, first, last] = read.getRowsJS()[0] ?? [];
    await sync(temporary);
    const sha256 = createHash('sha256');
    await pipeline(createReadStream(temporary), sha256);
    const bytes = await sizeOf(temporary);
    of.crashPoint?.('written');
    await rename(temporary, target);
    await sync(dirname(target));
    of.crashPoint?.('renamed');
    return {
      id,
      day: of.day,
      path,
      row_count: Number(rows),
      byte_count: bytes,
      min_time: new Date(Number(first)),
      max_time: new Date(Number(last)),
      sha256: sha256.digest('hex'),
      created_at: new Date(of.nowMs),
    };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes a folder whose name survives a power cut. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first !== undefined) await sync(dirname(folder));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
