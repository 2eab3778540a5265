import type { FileHandle } from 'node:fs/promises';
import { readAt, shortHash } from './content.ts';

/** A mark is the hash of at most this many bytes before its place. */
export const windowBytes = 1_024;
const firstMark = 16;
/** Close together where headers are, then at doubled distances. */
const nextMark = (at: number) => (at >= 128 && at < 4_096 ? at + 128 : at * 2);

interface Mark {
  at: number;
  hash: string;
}

/**
 * What tells a content from others: marks at fixed places up to where it was read, and there. So a file can be compared
 * that is shorter (SPEC rule 3). Written `at:hash at:hash`.
 */
export function parseFingerprint(text: string): Mark[] {
  return text
    .split(' ')
    .filter((part) => part !== '')
    .map((part) => {
      const [at = '', hash = ''] = part.split(':');
      return { at: Number(at), hash };
    });
}

/** Gathers the marks of a content while it is read. */
export interface Marker {
  /** `bytes` follow `tail`, the last `windowBytes` (or all) bytes before `from`; lines were given out up to `offset`. */
  push(tail: Buffer, bytes: Buffer, from: number, offset: number): void;
  fingerprint(): string;
}

export function createMarker(known: string): Marker {
  const marks = parseFingerprint(known);
  let end = marks.at(-1);
  let next = firstMark;
  const places = marks.filter(({ at }) => {
    while (next < at) next = nextMark(next);
    return next === at;
  });
  if (next === places.at(-1)?.at) next = nextMark(next);
  return {
    push(tail, bytes, from, offset) {
      const both = Buffer.concat([tail, bytes]);
      const markAt = (at: number): Mark => {
        const to = at - from + tail.length;
        return { at, hash: shortHash(both.subarray(Math.max(0, to - windowBytes), to)) };
      };
      for (; next <= from + bytes.length; next = nextMark(next)) places.push(markAt(next));
      if (offset > (end?.at ?? 0)) end = markAt(offset);
    },
    fingerprint() {
      if (!end) return '';
      const { at } = end;
      return [...places.filter((mark) => mark.at < at), end].map((mark) => `${mark.at}:${mark.hash}`).join(' ');
    },
  };
}

/** Compares one file with known contents; what was hashed is remembered, so it is for one look only. */
export interface Probe {
  /** Whether all that was read of a content (with this fingerprint) is in the file. False for no content. */
  holds(fingerprint: string): Promise<boolean>;
  /** Whether the file, of `size` bytes, is as far as it goes the beginning of the content. False if too short to tell. */
  begins(fingerprint: string, size: number): Promise<boolean>;
}

export function createProbe(handle: FileHandle): Probe {
  const hashes = new Map<number, string>();
  async function hashAt(at: number): Promise<string> {
    const known = hashes.get(at);
    if (known !== undefined) return known;
    const length = Math.min(windowBytes, at);
    const window = await readAt(handle, at - length, length);
    const hash = window.length === length ? shortHash(window) : '';
    hashes.set(at, hash);
    return hash;
  }
  async function agree(marks: readonly Mark[]): Promise<boolean> {
    for (const { at, hash } of marks) if ((await hashAt(at)) !== hash) return false;
    return marks.length > 0;
  }
  return {
    holds: (fingerprint) => agree(parseFingerprint(fingerprint)),
    begins: (fingerprint, size) => agree(parseFingerprint(fingerprint).filter(({ at }) => at <= size)),
  };
}

/** The fingerprint of the first `offset` bytes of a file. */
export async function fingerprintUpTo(handle: FileHandle, offset: number): Promise<string> {
  const marker = createMarker('');
  const places = new Set([offset]);
  for (let at = firstMark; at < offset; at = nextMark(at)) places.add(at);
  for (const at of [...places].toSorted((a, b) => a - b)) {
    if (at === 0) continue;
    const length = Math.min(windowBytes, at);
    marker.push(Buffer.alloc(0), await readAt(handle, at - length, length), at - length, at);
  }
  return marker.fingerprint();
}
