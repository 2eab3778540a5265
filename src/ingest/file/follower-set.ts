import type { Clock } from '../../base/clock.ts';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { followFile, type FollowContext, type Follower } from './follow-file.ts';
import type { Generations } from './generations.ts';

/** Everything that a source reads now: one follower for each open file. */
export interface FollowerSet {
  all(): Follower[];
  ofNode(node: string): Follower | undefined;
  add(follower: Follower): void;
  /** Where the files are found now, by `device:inode`; those that are not among them have no name. */
  place(names: ReadonlyMap<string, { path: string; firstPath: string }>): void;
  /** Reads what is new. False when nothing is followed under the path. */
  pump(path: string): boolean;
  pumpAll(): void;
  /** Closes what will not grow any more (SPEC rule 8). */
  finishResting(): Promise<void>;
  close(): Promise<void>;
}

export function createFollowerSet(options: {
  follow: FollowContext;
  generations: Generations;
  log: Log;
  clock: Clock;
  rotateWaitMs: number;
  onCut(): void;
  onFault(path: string, error: unknown): void;
}): FollowerSet {
  const { follow, log } = options;
  const byNode = new Map<string, Follower>();
  let byPath = new Map<string, Follower>();
  const working = new Map<Follower, Promise<void>>();
  const again = new Set<Follower>();
  let closed = false;

  const isFollowed = (follower: Follower) => byNode.get(follower.node) === follower;

  /** One work at a time on a follower; it leaves the set when it fails, and the next look opens the file where it was kept last. */
  function work(follower: Follower, task: () => Promise<void>): Promise<void> {
    const done = task()
      .catch((error: unknown) => drop(follower, error))
      .finally(() => {
        working.delete(follower);
        // Asked for in the moment between the last turn and this.
        if (again.has(follower)) run(follower);
      });
    working.set(follower, done);
    return done;
  }

  /** Reads until there is nothing new; calls during it are one more turn of it. */
  function run(follower: Follower): void {
    again.add(follower);
    if (working.has(follower) || closed || !isFollowed(follower)) return;
    void work(follower, async () => {
      while (again.delete(follower) && !closed && isFollowed(follower)) {
        if ((await follower.read()) === 'cut') await onCut(follower);
      }
    });
  }

  /** The new content begins at 0 through the same descriptor; what was not read of the old one is looked for in a copy. */
  async function onCut(follower: Follower): Promise<void> {
    const { handle, path, firstPath, node, generation } = follower;
    log.info({ path: path ?? firstPath }, 'A file was truncated; what was not read of it is looked for in copies.');
    const start = { generation: options.generations.create(node, options.clock.now()), offset: 0, fingerprint: '' };
    const next = await followFile(follow, { handle, identity: follower.identity(), path, firstPath, start });
    next.path = follower.path;
    next.firstPath = follower.firstPath;
    options.generations.cut(generation);
    byNode.set(node, next);
    if (next.path !== undefined) byPath.set(next.path, next);
    run(next);
    options.onCut();
  }

  function forget(follower: Follower): void {
    if (isFollowed(follower)) byNode.delete(follower.node);
    if (follower.path !== undefined && byPath.get(follower.path) === follower) byPath.delete(follower.path);
    again.delete(follower);
  }

  async function drop(follower: Follower, error: unknown): Promise<void> {
    forget(follower);
    await follower.close().catch(() => {});
    if (closed) return;
    options.onFault(follower.path ?? follower.firstPath, error);
    if (!(error instanceof FirebreakError))
      log.warn({ path: follower.path, error: messageOf(error) }, 'A file could not be read and will be tried again.');
  }

  function isResting(follower: Follower): boolean {
    if (follower.path === follower.firstPath) return false;
    const successor = byPath.get(follower.firstPath);
    const isReplaced = successor !== undefined && successor !== follower;
    if (!isReplaced && !follower.identity().isDeleted) return false;
    return performance.now() - follower.lastGrowth() >= options.rotateWaitMs;
  }

  return {
    all: () => [...byNode.values()],
    ofNode: (node) => byNode.get(node),
    add(follower) {
      byNode.set(follower.node, follower);
      if (follower.path !== undefined) byPath.set(follower.path, follower);
      run(follower);
    },
    place(names) {
      byPath = new Map();
      for (const follower of byNode.values()) {
        const name = names.get(follower.node);
        follower.path = name?.path;
        if (name) {
          follower.firstPath = name.firstPath;
          byPath.set(name.path, follower);
        }
      }
    },
    pump(path) {
      const follower = byPath.get(path);
      if (follower) run(follower);
      return follower !== undefined;
    },
    pumpAll() {
      for (const follower of byNode.values()) run(follower);
    },
    async finishResting() {
      for (const follower of byNode.values()) {
        if (!isResting(follower)) continue;
        await working.get(follower);
        if (working.has(follower) || closed || !isFollowed(follower)) continue;
        await work(follower, async () => {
          if ((await follower.read()) === 'cut') await onCut(follower);
          else if (isResting(follower)) {
            await follower.finish();
            forget(follower);
            await follower.close();
          }
        });
      }
    },
    async close() {
      closed = true;
      await Promise.all(working.values());
      for (const follower of byNode.values()) await follower.close().catch(() => {});
      byNode.clear();
    },
  };
}
