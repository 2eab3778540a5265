import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Position } from '../store/positions.ts';
import { fingerprintOf, hasFingerprint, headBytes, readAt, searchDirectory, type Identity } from './content.ts';
import type { Cut } from './follow-file.ts';
import { isPackedName, rotatedFrom } from './rotated-name.ts';

/** The contents that a source has read, by generation, the one committed last at the end. */
export interface KnownContents {
  note(position: Position): void;
  /** The position of the content in `handle`; `stale`: its inode was read before with another content. */
  find(handle: FileHandle, identity: Identity): Promise<{ position?: Position; stale?: Position }>;
  /** A name for a content that was never read. */
  newGeneration(inode: string, nowMs: number): string;
  all(): Position[];
}

export function createKnownContents(positions: readonly Position[]): KnownContents {
  const known = new Map<string, Position>();
  let lastNumber = 0;
  const note = (position: Position) => {
    known.delete(position.generation);
    known.set(position.generation, position);
  };
  for (const position of positions.toReversed()) note(position);
  return {
    note,
    async find(handle, identity) {
      const ofInode = [...known.values()].filter((at) => inodeOf(at.generation) === identity.inode).toReversed();
      for (const position of ofInode) {
        if (identity.size >= position.byte_offset && (await hasFingerprint(handle, position))) return { position };
      }
      return ofInode[0] ? { stale: ofInode[0] } : {};
    },
    newGeneration(inode, nowMs) {
      lastNumber = Math.max(nowMs, lastNumber + 1);
      return `${inode}:${lastNumber.toString(36)}`;
    },
    all: () => [...known.values()],
  };
}

/** `device:inode` of a generation. */
export function inodeOf(generation: string): string {
  return generation.slice(0, generation.lastIndexOf(':'));
}

export interface Rest {
  handle: FileHandle;
  path: string;
  inode: string;
  generation: string;
  offset: number;
}

/**
 * The file of `directory` that holds what was not read of a content before it was cut: the copy that a
 * copy-and-truncate rotation made. Younger copies win; its descriptor stays open.
 */
export async function findCopy(directory: string, cut: Cut): Promise<Rest | undefined> {
  let best: (Rest & { changedAt: number }) | undefined;
  await searchDirectory(directory, async (handle, identity, path) => {
    if (identity.inode === inodeOf(cut.generation) || identity.size < cut.readOffset) return 'close';
    if (best && best.changedAt > identity.changedAt) return 'close';
    if (!(await readAt(handle, 0, cut.head.length)).equals(cut.head)) return 'close';
    const tailAt = cut.readOffset - cut.tail.length;
    if (!(await readAt(handle, tailAt, cut.tail.length)).equals(cut.tail)) return 'close';
    await best?.handle.close();
    const { inode, changedAt } = identity;
    best = { handle, path, inode, generation: cut.generation, offset: cut.offset, changedAt };
    return 'keep';
  });
  return best;
}

/** What `findRests` must know of the world around a directory. */
export interface Surroundings {
  known: KnownContents;
  /** Contents whose own file was cut while nobody looked: what they had more is in a copy. */
  stale: readonly Position[];
  isFollowed(inode: string): boolean;
  /** Inodes of rotated files that are no news; grows. */
  seen: Set<string>;
  /** At a start: the time (epoch ms) up to which a rotated file of this first name was read; older ones are no news. */
  readUpTo(path: string): number;
  nowMs: number;
}

/** Clocks of file systems tick slowly. */
const clockSlackMs = 1_000;
/** A file that was written so recently may not be whole. */
const settleMs = 1_000;

/**
 * Files of `directory` that hold more than was read: known contents under another name, copies of contents that were
 * cut meanwhile, and rotated files that came and went by their first name unseen. `isUnsettled`: look again later.
 */
export async function findRests(
  directory: string,
  around: Surroundings,
): Promise<{ rests: Rest[]; isUnsettled: boolean }> {
  const { known, stale, seen } = around;
  const rests: Rest[] = [];
  let isUnsettled = false;
  const firstNames = new Set(known.all().map((position) => basename(position.path)));
  await searchDirectory(directory, async (handle, identity, path) => {
    const { inode } = identity;
    if (around.isFollowed(inode)) return 'close';
    const rest = (generation: string, offset: number) => {
      if (offset >= identity.size) return 'close';
      rests.push({ handle, path, inode, generation, offset });
      return 'keep';
    };
    const { position } = await known.find(handle, identity);
    if (position) return rest(position.generation, position.byte_offset);
    const head = await readAt(handle, 0, headBytes);
    const original = copiedFrom(head, known.all());
    if (original && !stale.includes(original)) return 'close';
    if (original) return rest(original.generation, original.byte_offset);
    const firstName = rotatedFrom(basename(path), firstNames);
    if (firstName === undefined || isPackedName(path) || seen.has(inode)) return 'close';
    if (identity.writtenAt + clockSlackMs < around.readUpTo(join(directory, firstName))) {
      seen.add(inode);
      return 'close';
    }
    // It may be a copy that was only begun, which cannot be told from a new content yet.
    if (around.nowMs - identity.writtenAt < settleMs) {
      isUnsettled = true;
      return 'close';
    }
    seen.add(inode);
    return rest(known.newGeneration(inode, around.nowMs), 0);
  });
  return { rests, isUnsettled };
}

/** The known content that a file with this head is a copy of, whole or in the making. */
function copiedFrom(head: Buffer, positions: readonly Position[]): Position | undefined {
  return positions.find(
    ({ fingerprint, fingerprint_bytes: length }) =>
      length > 0 && head.length >= length && fingerprintOf(head.subarray(0, length)) === fingerprint,
  );
}
