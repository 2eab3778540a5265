import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { RawEvent } from '../../schema/event.ts';
import { rawEvent } from '../raw-event.ts';
import { createLineSplitter, type SplitLine } from '../split-lines.ts';
import type { Position } from '../store/positions.ts';
import { fingerprintOf, headBytes, identify, readAt } from './content.ts';

/** What a follower needs of the source it reads for. */
export interface FollowContext {
  sourceId: string;
  maxEventBytes: number;
  clock: Clock;
  /** Keeps events and position in one commit; waits while PostgreSQL is away. */
  keep(events: readonly RawEvent[], position: Position): Promise<void>;
}

/** What was read of a content before it was cut: enough to find a copy of it. */
export interface Cut {
  generation: string;
  head: Buffer;
  tail: Buffer;
  /** Where its first line that was not kept begins. */
  offset: number;
  readOffset: number;
}

/** One content of a file, read through one descriptor whatever its name becomes. */
export interface Follower {
  readonly generation: string;
  readonly inode: string;
  readonly handle: FileHandle;
  /** Path it was last seen under. */
  path: string;
  /** By the monotonic clock, ms: when it last grew. */
  readonly lastGrowth: number;
  /** Reads to the end of the file. `cut` tells that the file was truncated or refilled: nothing of the new content was read. */
  read(): Promise<{ outcome: 'end' } | { outcome: 'cut'; cut: Cut }>;
  /** Keeps the unfinished last line as it is: nobody will finish it. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const chunkBytes = 262_144;
const tailBytes = 256;

/** Follows the content in `handle` from `offset`, which is the beginning of a line. */
export async function followFile(
  context: FollowContext,
  of: { handle: FileHandle; path: string; inode: string; generation: string; offset: number },
): Promise<Follower> {
  const { handle, generation } = of;
  const splitter = createLineSplitter(context.maxEventBytes, of.offset);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let readOffset = of.offset;
  let head = await readAt(handle, 0, Math.min(headBytes, of.offset));
  let tail = await readAt(handle, Math.max(0, of.offset - tailBytes), Math.min(tailBytes, of.offset));
  let lastGrowth = performance.now();

  const position = (): Position => ({
    source_id: context.sourceId,
    generation,
    path: follower.path,
    byte_offset: splitter.offset(),
    fingerprint: fingerprintOf(head),
    fingerprint_bytes: head.length,
    updated_at: new Date(context.clock.now()),
  });

  async function keep(lines: readonly SplitLine[]): Promise<void> {
    const receivedAt = context.clock.now();
    const events: RawEvent[] = [];
    for (const line of lines) {
      const bytes = line.offset === 0 ? withoutByteOrderMark(line.bytes) : line.bytes;
      if (bytes.length === 0) continue;
      const uid = `${generation}:${line.offset}`;
      events.push(rawEvent(bytes, { uid, receivedAt, truncatedFromBytes: line.truncatedFromBytes }));
    }
    if (events.length > 0) await context.keep(events, position());
  }

  function remember(bytes: Buffer, at: number): void {
    if (at === head.length && head.length < headBytes)
      head = Buffer.concat([head, bytes.subarray(0, headBytes - head.length)]);
    tail = Buffer.from(
      bytes.length >= tailBytes ? bytes.subarray(-tailBytes) : Buffer.concat([tail, bytes]).subarray(-tailBytes),
    );
  }

  /** Whether the descriptor still shows the content that was read so far. Asked after each read, so that what was read is known to be of it. */
  async function isSameContent(readTo: number): Promise<boolean> {
    const [now, first] = await Promise.all([identify(handle), readAt(handle, 0, head.length)]);
    return now.size >= readTo && first.equals(head);
  }

  const follower: Follower = {
    generation,
    inode: of.inode,
    handle,
    path: of.path,
    get lastGrowth() {
      return lastGrowth;
    },
    async read() {
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunkBytes, readOffset);
        if (!(await isSameContent(readOffset + bytesRead)))
          return { outcome: 'cut', cut: { generation, head, tail, offset: splitter.offset(), readOffset } };
        if (bytesRead === 0) return { outcome: 'end' };
        lastGrowth = performance.now();
        const bytes = chunk.subarray(0, bytesRead);
        remember(bytes, readOffset);
        readOffset += bytesRead;
        await keep(splitter.push(bytes));
        if (bytesRead < chunkBytes) return { outcome: 'end' };
      }
    },
    async flush() {
      const line = splitter.flush();
      if (line) await keep([line]);
    },
    close: () => handle.close(),
  };
  return follower;
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The beginning of the last line that is not finished, looking back at most `headBytes` × 64; the end if the file ends in a newline. */
export async function lastLineStart(handle: FileHandle, size: number): Promise<number> {
  const from = Math.max(0, size - headBytes * 64);
  const bytes = await readAt(handle, from, size - from);
  const newline = bytes.lastIndexOf(0x0a);
  if (newline >= 0) return from + newline + 1;
  return from === 0 ? 0 : size;
}
