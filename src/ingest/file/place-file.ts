import type { FileHandle } from 'node:fs/promises';
import { fileOf, identify, isSameFile, mayBeCopy, readAt, type Identity } from './content.ts';
import { createProbe, fingerprintUpTo, windowBytes, type Probe } from './fingerprint.ts';
import type { Follower, Start } from './follow-file.ts';
import type { Generations } from './generations.ts';

/** What is done with a file that is not followed. */
export type Place =
  | { what: 'follow'; start: Start }
  /** Everything in it was read, here or elsewhere; the position says so. */
  | { what: 'rest'; start: Start }
  /** It cannot be told yet, and nothing is decided: the next look asks again. */
  | { what: 'wait' };

/** What is known when a file is placed. */
export interface Known {
  generations: Generations;
  /** Followers of files that have, or had, the same live name. */
  siblings: readonly Follower[];
  isFollowed(generation: string): boolean;
  /** Generations that some file carries. */
  carried: ReadonlySet<string>;
  /** Whether the file has not grown for the rotate wait. */
  isSettled(identity: Identity): boolean;
  nowMs: number;
}

/** SPEC rule 5: a file under its live name. */
export async function placeLive(handle: FileHandle, identity: Identity, known: Known): Promise<Place> {
  const { generations } = known;
  const probe = createProbe(handle);
  const own = await ownGeneration(probe, identity, known);
  if (own) return { what: 'follow', start: own };
  if (generations.ofFile(identity).length === 0) {
    const moved = await goneGeneration(probe, identity, known, windowBytes);
    if (moved) return { what: 'follow', start: moved };
  }
  return { what: 'follow', start: fresh(identity, known) };
}

/** SPEC rule 6: a file under a name that a rotation made. */
export async function placeRotated(handle: FileHandle, identity: Identity, known: Known): Promise<Place> {
  const { generations } = known;
  if (identity.size === 0) return { what: 'wait' };
  const probe = createProbe(handle);
  const isUnknown = generations.ofFile(identity).length === 0;

  const cuts = generations.cutOnes().filter((cut) => !known.isFollowed(cut.generation));
  for (const cut of cuts) {
    if (isSameFile(cut.file, identity) || !mayBeCopy(identity, cut.file)) continue;
    if (identity.size < cut.byte_offset) {
      if (isUnknown && (await probe.begins(cut.fingerprint, identity.size))) return asRead(handle, identity, known);
    } else if (await probe.holds(cut.fingerprint)) {
      const start = { generation: cut.generation, offset: cut.byte_offset, fingerprint: cut.fingerprint };
      return { what: cut.byte_offset < identity.size ? 'follow' : 'rest', start };
    }
  }

  for (const follower of known.siblings) {
    const original = follower.identity();
    if (!mayBeCopy(identity, fileOf(original))) continue;
    if (!(await isBeginningOf(handle, identity.size, follower.handle))) continue;
    // It may still be in the making, or about to become the only one: it is not decided before it rests.
    return known.isSettled(identity) ? asRead(handle, identity, known) : { what: 'wait' };
  }
  // A copy of a content that was cut this moment looks new: the cut is told first, and this file is placed after it.
  for (const follower of known.siblings) if (!(await follower.isIntact())) return { what: 'wait' };

  const own = await ownGeneration(probe, identity, known);
  if (own) return { what: own.offset < identity.size ? 'follow' : 'rest', start: own };

  for (const other of generations.all()) {
    if (!known.carried.has(other.generation) || known.isFollowed(other.generation)) continue;
    if (isSameFile(other.file, identity) || !mayBeCopy(identity, other.file)) continue;
    if (identity.size === other.byte_offset) {
      if (await probe.holds(other.fingerprint)) return asRead(handle, identity, known);
    } else if (
      identity.size < other.byte_offset &&
      !known.isSettled(identity) &&
      (await probe.begins(other.fingerprint, identity.size))
    ) {
      return { what: 'wait' };
    }
  }

  const gone = await goneGeneration(probe, identity, known, 1);
  if (gone) return { what: gone.offset < identity.size ? 'follow' : 'rest', start: gone };
  return { what: 'follow', start: fresh(identity, known) };
}

/** The generation that this very file carries: the longest that it holds. Others that it carried were cut. */
async function ownGeneration(probe: Probe, identity: Identity, known: Known): Promise<Start | undefined> {
  let own: Start | undefined;
  for (const { generation, byte_offset: offset, fingerprint } of known.generations.ofFile(identity)) {
    if (known.isFollowed(generation)) continue;
    const holds = offset === 0 || (identity.size >= offset && (await probe.holds(fingerprint)));
    if (holds && (!own || offset > own.offset)) {
      if (own) known.generations.cut(own.generation);
      own = { generation, offset, fingerprint };
    } else known.generations.cut(generation);
  }
  return own;
}

/** A generation that no file carries any more and whose content is in this file. */
async function goneGeneration(
  probe: Probe,
  identity: Identity,
  known: Known,
  minBytes: number,
): Promise<Start | undefined> {
  const cuts = new Set(known.generations.cutOnes().map(({ generation }) => generation));
  for (const { generation, byte_offset: offset, fingerprint, file } of known.generations.all().toReversed()) {
    if (known.carried.has(generation) || cuts.has(generation) || known.isFollowed(generation)) continue;
    if (offset < minBytes || identity.size < offset || !mayBeCopy(identity, file)) continue;
    if (await probe.holds(fingerprint)) return { generation, offset, fingerprint };
  }
  return undefined;
}

function fresh(identity: Identity, known: Known): Start {
  return { generation: known.generations.create(identity.node, known.nowMs), offset: 0, fingerprint: '' };
}

/** All that is in the file now counts as read. */
async function asRead(handle: FileHandle, identity: Identity, known: Known): Promise<Place> {
  const offset = identity.size;
  const generation = known.generations.create(identity.node, known.nowMs);
  return { what: 'rest', start: { generation, offset, fingerprint: await fingerprintUpTo(handle, offset) } };
}

/** Whether the bytes of the one file are the first bytes of the other, by their beginning and end. */
async function isBeginningOf(handle: FileHandle, size: number, other: FileHandle): Promise<boolean> {
  if ((await identify(other)).size < size) return false;
  const length = Math.min(windowBytes, size);
  for (const at of [0, size - length]) {
    const [mine, its] = await Promise.all([readAt(handle, at, length), readAt(other, at, length)]);
    if (mine.length < length || !mine.equals(its)) return false;
  }
  return true;
}
