import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { RawEvent } from '../schema/event.ts';

/** A batch closes at this many events or bytes of raw data, whichever is first. */
export const batchLimits = { events: 1_000, bytes: 1_048_576 };

/** Events as they lie in a batch. */
export interface PackedBody {
  body: Buffer;
  /** Size before compression. */
  bytes: number;
  eventCount: number;
}

/** NDJSON of the events, zstd at level 1. */
export function packBody(events: readonly RawEvent[]): PackedBody {
  const text = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
  const body = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return { body, bytes: text.length, eventCount: events.length };
}

/** The events of a body. `bytes` bounds what is unpacked. Throws what zlib or zod throws on a damaged body. */
export function unpackBody(body: Buffer, bytes: number): RawEvent[] {
  const text = zstdDecompressSync(body, { maxOutputLength: Math.max(1, bytes) }).toString('utf8');
  return text.split('\n').map((line) => RawEvent.parse(JSON.parse(line)));
}

/** Cuts events into batches within the limits, in order. */
export function cutBatches(events: readonly RawEvent[]): RawEvent[][] {
  const batches: RawEvent[][] = [];
  let current: RawEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    if (current.length > 0 && (current.length >= batchLimits.events || bytes + sizeOf(event) > batchLimits.bytes)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(event);
    bytes += sizeOf(event);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

/** About what an event takes in memory and in a batch. */
export function sizeOf(event: RawEvent): number {
  return event.raw_data.length + event.uid.length + 64;
}

/** Gathers events of one request: what fills a batch is packed at once, so that a large request takes little memory. */
export function createPacker() {
  const bodies: PackedBody[] = [];
  let events: RawEvent[] = [];
  let bytes = 0;
  return {
    add(event: RawEvent): void {
      if (events.length >= batchLimits.events || bytes + sizeOf(event) > batchLimits.bytes) {
        if (events.length > 0) bodies.push(packBody(events));
        events = [];
        bytes = 0;
      }
      events.push(event);
      bytes += sizeOf(event);
    },
    finish: (): { events: RawEvent[]; bodies: PackedBody[] } => ({ events, bodies }),
  };
}
