import { createHash, randomBytes } from 'node:crypto';

function format(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

const latest = { ms: 0, count: 0 };

/**
 * A new id in the STIX/CACAO form `type--uuid`, UUIDv7 (RFC 9562), so that ids sort by time; those of one millisecond sort in
 * the order in which this process made them (method 1: a counter of 12 bits).
 */
export function newId<T extends string>(type: T, nowMs: number): `${T}--${string}` {
  latest.count = nowMs === latest.ms ? Math.min(0xfff, latest.count + 1) : 0;
  latest.ms = nowMs;
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | latest.count, 6);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `${type}--${format(bytes)}`;
}

/** The same id for the same words, always: UUIDv8 (RFC 9562) over SHA-256 of the length-prefixed parts. */
export function idFrom<T extends string>(type: T, ...parts: readonly string[]): `${T}--${string}` {
  const hash = createHash('sha256').update(type);
  for (const part of parts) hash.update(`\0${part.length}\0${part}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `${type}--${format(bytes)}`;
}
