import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { RawEvent } from '../../schema/event.ts';
import { rawEvent } from '../raw-event.ts';
import { createLineSplitter, type SplitLine } from '../split-lines.ts';
import type { Position } from '../store/positions.ts';
import { fileOf, identify, readAt, type Identity } from './content.ts';
import { createMarker, windowBytes } from './fingerprint.ts';

/** What a follower needs of the source it reads for. */
export interface FollowContext {
  sourceId: string;
  maxEventBytes: number;
  clock: Clock;
  /** Keeps events and position in one commit; waits while PostgreSQL is away. */
  keep(events: readonly RawEvent[], position: Position): Promise<void>;
  /** Keeps a position that moved over lines without an event. */
  save(position: Position): Promise<void>;
}

/** Where a content begins to be read. */
export interface Start {
  generation: string;
  /** The beginning of a line. */
  offset: number;
  /** Of the bytes before it. */
  fingerprint: string;
}

/** One generation, read through one descriptor whatever its name becomes. */
export interface Follower {
  readonly generation: string;
  readonly node: string;
  readonly handle: FileHandle;
  /** The name it was last seen under; undefined: it has none where we look. */
  path: string | undefined;
  /** The name it had before it was rotated. */
  firstPath: string;
  /** By the monotonic clock, ms: when it last grew. */
  lastGrowth(): number;
  /** What its descriptor told last. */
  identity(): Identity;
  /** Reads to the end. `cut`: the file was truncated or refilled; nothing of the new content was read. */
  read(): Promise<'end' | 'cut'>;
  /** Whether the file still holds what was read. */
  isIntact(): Promise<boolean>;
  /** Keeps the unfinished last line as it is: nobody will finish it. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

const chunkBytes = 262_144;

export async function followFile(
  context: FollowContext,
  of: { handle: FileHandle; identity: Identity; path: string | undefined; firstPath: string; start: Start },
): Promise<Follower> {
  const { handle } = of;
  const { generation, offset: from } = of.start;
  const splitter = createLineSplitter(context.maxEventBytes, from);
  const marker = createMarker(of.start.fingerprint);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let readOffset = from;
  let keptOffset = from;
  let head = await readAt(handle, 0, Math.min(windowBytes, from));
  let tail = await readAt(handle, Math.max(0, from - windowBytes), Math.min(windowBytes, from));
  let lastGrowth = performance.now();
  let { identity } = of;

  const position = (): Position => ({
    source_id: context.sourceId,
    generation,
    file: fileOf(identity),
    path: follower.firstPath,
    byte_offset: splitter.offset(),
    fingerprint: marker.fingerprint(),
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
    if (events.length === 0) return;
    const at = position();
    await context.keep(events, at);
    keptOffset = at.byte_offset;
  }

  function remember(bytes: Buffer): void {
    marker.push(tail, bytes, readOffset, splitter.offset());
    if (head.length < windowBytes) head = Buffer.concat([head, bytes.subarray(0, windowBytes - head.length)]);
    tail = Buffer.from(
      bytes.length >= windowBytes ? bytes.subarray(-windowBytes) : Buffer.concat([tail, bytes]).subarray(-windowBytes),
    );
    readOffset += bytes.length;
  }

  /** Asked after a read: a content that was cut does not come back, so what was read before is known to be of it. */
  async function holdsUpTo(readTo: number): Promise<boolean> {
    const [first, last, lastAt] = [head, tail, readOffset - tail.length];
    const [now, ...bytes] = await Promise.all([
      identify(handle),
      readAt(handle, 0, first.length),
      readAt(handle, lastAt, last.length),
    ]);
    identity = now;
    return now.size >= readTo && bytes[0].equals(first) && bytes[1].equals(last);
  }

  const follower: Follower = {
    generation,
    node: of.identity.node,
    handle,
    path: of.path,
    firstPath: of.firstPath,
    lastGrowth: () => lastGrowth,
    identity: () => identity,
    async read() {
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunkBytes, readOffset);
        if (!(await holdsUpTo(readOffset + bytesRead))) return 'cut';
        if (bytesRead === 0) return 'end';
        lastGrowth = performance.now();
        const bytes = chunk.subarray(0, bytesRead);
        const lines = splitter.push(bytes);
        remember(bytes);
        await keep(lines);
        if (bytesRead < chunkBytes) return 'end';
      }
    },
    isIntact: () => holdsUpTo(readOffset),
    async finish() {
      const line = splitter.flush();
      if (line) {
        marker.push(tail, Buffer.alloc(0), readOffset, readOffset);
        await keep([line]);
      }
      if (splitter.offset() > keptOffset) await context.save(position());
    },
    close: () => handle.close(),
  };
  return follower;
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** How far back an unfinished line is looked for. */
const lookBackBytes = 65_536;

/** The beginning of the last line that is not finished; the end if the file ends in a newline or none is near. */
export async function lastLineStart(handle: FileHandle, size: number): Promise<number> {
  const from = Math.max(0, size - lookBackBytes);
  const bytes = await readAt(handle, from, size - from);
  const newline = bytes.lastIndexOf(0x0a);
  if (newline >= 0) return from + newline + 1;
  return from === 0 ? 0 : size;
}
