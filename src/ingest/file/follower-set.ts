import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { followFile, type Cut, type FollowContext, type Follower } from './follow-file.ts';
import { findCopy, type KnownContents } from './known-contents.ts';

/** The followers of a source: one per path, and the retired ones whose name now belongs to another file or to none. */
export interface FollowerSet {
  paths(): string[];
  generations(): string[];
  /** Whether this content is followed under this path; a follower found under another name is moved to it. */
  holds(path: string, inode: string): boolean;
  hasInode(inode: string): boolean;
  add(path: string, follower: Follower): void;
  addRetired(follower: Follower): void;
  /** Reads what is new. False when nothing is followed under the path. */
  pump(path: string): boolean;
  pumpRetired(): void;
  /** Reads the path's file to its end, and from then on as a retired one. */
  retire(path: string): Promise<void>;
  /** Finishes the retired ones that did not grow for the wait: their unfinished last line is kept as it is. */
  finishRetired(): Promise<void>;
  close(): Promise<void>;
}

export function createFollowerSet(options: {
  follow: FollowContext;
  known: KnownContents;
  log: Log;
  clock: Clock;
  rotateWaitMs: number;
  onFault(path: string, error: unknown): void;
}): FollowerSet {
  const { follow, known, log } = options;
  const current = new Map<string, Follower>();
  const retired = new Map<Follower, number>();
  const reading = new Map<Follower, Promise<void>>();
  const again = new Set<Follower>();
  let closed = false;

  /** Reads until there is nothing new; calls during it are one more turn of it. */
  function run(follower: Follower): Promise<void> {
    const under = reading.get(follower);
    if (under) {
      again.add(follower);
      return under;
    }
    const work = (async () => {
      try {
        do {
          again.delete(follower);
          const result = await follower.read();
          if (result.outcome === 'cut') await onCut(follower, result.cut);
        } while (again.has(follower) && !closed && isFollowed(follower));
      } catch (error) {
        await drop(follower, error);
      } finally {
        reading.delete(follower);
      }
    })();
    reading.set(follower, work);
    return work;
  }

  const isFollowed = (follower: Follower) => current.get(follower.path) === follower || retired.has(follower);

  /**
   * The file was truncated: the rest of the old content is looked for in a copy, the new one begins at 0 through the
   * same descriptor. The old follower keeps its place until the new one takes it, so that no scan opens the file twice.
   */
  async function onCut(follower: Follower, cut: Cut): Promise<void> {
    const rest = await findCopy(dirname(follower.path), cut);
    if (rest) addRetired(await followFile(follow, rest));
    else if (cut.offset < cut.readOffset)
      log.warn({ path: follower.path }, 'A file was truncated in the middle of a line, which is lost.');
    const { inode, path, handle } = follower;
    const generation = known.newGeneration(inode, options.clock.now());
    const next = await followFile(follow, { handle, path, inode, generation, offset: 0 });
    const retiredAt = retired.get(follower);
    const isCurrent = current.get(follower.path) === follower;
    forget(follower);
    if (isCurrent) current.set(follower.path, next);
    else retired.set(next, retiredAt ?? performance.now());
    next.path = follower.path;
    void run(next);
  }

  function forget(follower: Follower): void {
    if (current.get(follower.path) === follower) current.delete(follower.path);
    retired.delete(follower);
  }

  /** It cannot be read now: the next scan opens it again where it was kept last. */
  async function drop(follower: Follower, error: unknown): Promise<void> {
    forget(follower);
    await follower.close().catch(() => {});
    if (!closed) options.onFault(follower.path, error);
    if (!(error instanceof FirebreakError) && !closed)
      log.warn({ path: follower.path, error: messageOf(error) }, 'A file could not be read and will be tried again.');
  }

  function add(path: string, follower: Follower): void {
    current.set(path, follower);
    void run(follower);
  }

  function addRetired(follower: Follower): void {
    retired.set(follower, performance.now());
    void run(follower);
  }

  return {
    paths: () => [...current.keys()],
    generations: () => [...current.values(), ...retired.keys()].map((follower) => follower.generation),
    holds(path, inode) {
      if (current.get(path)?.inode === inode) return true;
      const moved = [...current.values(), ...retired.keys()].find((follower) => follower.inode === inode);
      if (!moved) return false;
      forget(moved);
      const replaced = current.get(path);
      if (replaced) retired.set(replaced, performance.now());
      moved.path = path;
      current.set(path, moved);
      return true;
    },
    hasInode: (inode) => [...current.values(), ...retired.keys()].some((follower) => follower.inode === inode),
    add,
    addRetired,
    pump(path) {
      const follower = current.get(path);
      if (follower) void run(follower);
      return follower !== undefined;
    },
    pumpRetired() {
      for (const follower of retired.keys()) void run(follower);
    },
    async retire(path) {
      const follower = current.get(path);
      if (!follower) return;
      await run(follower);
      // A cut content was replaced while it was read.
      const now = current.get(path);
      if (!now) return;
      current.delete(path);
      retired.set(now, performance.now());
    },
    async finishRetired() {
      for (const [follower, since] of retired) {
        await run(follower);
        if (!retired.has(follower)) continue;
        if (performance.now() - Math.max(since, follower.lastGrowth) < options.rotateWaitMs) continue;
        try {
          await follower.flush();
          forget(follower);
          await follower.close();
        } catch (error) {
          await drop(follower, error);
        }
      }
    },
    async close() {
      closed = true;
      await Promise.all(reading.values());
      for (const follower of [...current.values(), ...retired.keys()]) await follower.close().catch(() => {});
      current.clear();
      retired.clear();
    },
  };
}
