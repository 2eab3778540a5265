import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { FirebreakError, messageOf } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import { batchLimits, sizeOf } from './batch-body.ts';
import { errors } from './errors.ts';
import { problemOf } from './file/problem-of.ts';
import type { Accept } from './ingest.ts';
import { rawEvent } from './raw-event.ts';
import { createLineSplitter, type SplitLine } from './split-lines.ts';

export interface ReplayProgress {
  /** Bytes of the file read so far, and its size. */
  readBytes: number;
  totalBytes: number;
  events: number;
}

/**
 * Feeds a file of lines (plain, .gz or .zst) through accept, a batch at a time; resolves when all of it is kept.
 * Throws what hinders reading, and INGEST.REPLAY_CORRUPT for a torn archive: what came before is kept.
 */
export async function replayFile(
  house: { accept: Accept; clock: Clock },
  of: {
    source: SourceInfo;
    path: string;
    maxEventBytes: number;
    onProgress?: ((progress: ReplayProgress) => void) | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<ReplayProgress> {
  const { path } = of;
  const info = await stat(path).catch((error: unknown) => {
    throw problemOf(path, error);
  });
  if (!info.isFile()) throw errors.NOT_A_FILE([path]);
  const progress: ReplayProgress = { readBytes: 0, totalBytes: info.size, events: 0 };
  const replay = newId('replay', house.clock.now());
  const splitter = createLineSplitter(of.maxEventBytes);
  let events: RawEvent[] = [];
  let bytes = 0;

  async function keep(): Promise<void> {
    if (events.length === 0) return;
    await house.accept(of.source, events, { patience: 'hold' });
    progress.events += events.length;
    events = [];
    bytes = 0;
    of.onProgress?.({ ...progress });
  }

  async function take(lines: readonly SplitLine[]): Promise<void> {
    const receivedAt = house.clock.now();
    for (const { bytes: line, offset, truncatedFromBytes } of lines) {
      if (line.length === 0) continue;
      const event = rawEvent(line, { uid: `${replay}:${offset}`, receivedAt, truncatedFromBytes });
      events.push(event);
      bytes += sizeOf(event);
      if (events.length >= batchLimits.events || bytes >= batchLimits.bytes) await keep();
    }
  }

  const file = createReadStream(path, of.signal ? { signal: of.signal } : {});
  file.on('data', (chunk) => {
    progress.readBytes += chunk.length;
  });
  try {
    for await (const chunk of unpacked(path, file)) await take(splitter.push(Buffer.from(chunk)));
    const last = splitter.flush();
    if (last) await take([last]);
  } catch (error) {
    if (error instanceof FirebreakError || of.signal?.aborted) throw error;
    await keep();
    throw isUnpacked(path)
      ? problemOf(path, error)
      : errors.REPLAY_CORRUPT([path, messageOf(error)], { cause: error, where: { file: path } });
  }
  await keep();
  return progress;
}

const isUnpacked = (path: string) => !path.endsWith('.gz') && !path.endsWith('.zst');

function unpacked(path: string, file: Readable): Readable {
  if (isUnpacked(path)) return file;
  // Errors reach the reader through the stream; the callback only keeps them from being thrown again.
  return pipeline(file, path.endsWith('.gz') ? createGunzip() : createZstdDecompress(), () => {});
}
