import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FirebreakError } from '../../base/errors.ts';
import { errors } from '../errors.ts';
import type { Receiver, ReceiverContext } from '../receiver.ts';
import { insertPositions, keepPositions, positionsOf, type Position } from '../store/positions.ts';
import { fingerprintOf, headBytes, identify, openFile, readAt, type Identity } from './content.ts';
import { followFile, lastLineStart, type FollowContext } from './follow-file.ts';
import { createFollowerSet } from './follower-set.ts';
import { createKnownContents, findRests } from './known-contents.ts';
import { directoriesOf, hasWildcard, matchesWildcard } from './path-pattern.ts';
import { problemOf } from './problem-of.ts';
import { isPackedName, rotatedFrom } from './rotated-name.ts';
import { watchDirectories } from './watch-directories.ts';

export interface TailSettings {
  path: string;
  start_at: 'end' | 'beginning';
  max_event_bytes: number;
  poll_ms: number;
  rotate_wait_ms: number;
}

const maxFiles = 1_000;
const keepEveryMs = 43_200_000;

/**
 * Reads the files of a path or pattern as they grow. The directory is watched; a slow poll sees what the watch missed.
 * Renamed files are read to their end through the open descriptor; truncated ones begin anew, and what was copied away
 * is read from the copy. Positions move in the commit of the events. Resolves when everything there is followed.
 */
export async function tailFiles(context: ReceiverContext, settings: TailSettings): Promise<Receiver> {
  const { db, clock, log, source } = context;
  const known = createKnownContents(await positionsOf(db.read, source.source_id));
  const problems = new Map<string, FirebreakError>();
  const follow: FollowContext = {
    sourceId: source.source_id,
    maxEventBytes: settings.max_event_bytes,
    clock,
    async keep(events, position) {
      await context.accept(source, events, { position, patience: 'hold' });
      known.note(position);
    },
  };
  const followers = createFollowerSet({ follow, known, log, rotateWaitMs: settings.rotate_wait_ms, clock, onFault });
  const stale: Position[] = [];
  let links = new Map<string, string>();
  const seen = new Set<string>();
  let hasNewFile = false;
  let isStarting = true;
  let stopped = false;
  let keptAt = 0;

  function onFault(path: string, error: unknown): void {
    if (!stopped) note(path, problemOf(path, error));
  }

  function note(path: string, problem: FirebreakError | undefined): void {
    const before = [...problems.values()][0]?.message;
    if (problem) problems.set(path, problem);
    else problems.delete(path);
    const [first] = problems.values();
    if (first?.message === before) return;
    context.onProblem(first && { code: first.code, message: first.message, fix: first.fix });
  }

  /** The paths that the pattern names now. */
  async function paths(directories: readonly string[]): Promise<string[]> {
    const name = basename(settings.path);
    if (!hasWildcard(name)) return directories.map((directory) => join(directory, name));
    const found: string[] = [];
    for (const directory of directories) {
      const names = (await readdir(directory).catch(() => [])).filter((one) => matchesWildcard(name, one));
      const all = new Set(names);
      const isFresh = (one: string) => !isPackedName(one) && rotatedFrom(one, all) === undefined;
      found.push(...names.filter(isFresh).map((one) => join(directory, one)));
    }
    return found.slice(0, maxFiles);
  }

  async function scan(): Promise<void> {
    const directories = await directoriesOf(settings.path);
    const wanted = await paths(directories);
    links = new Map();
    for (const path of wanted) {
      const real = await realpath(path).catch(() => path);
      if (real !== path) links.set(real, path);
    }
    watch.set([...new Set([...directories, ...[...links.keys()].map((path) => dirname(path))])]);
    for (const path of followers.paths()) if (!wanted.includes(path)) await followers.retire(path);
    for (const path of problems.keys()) if (!wanted.includes(path)) note(path, undefined);
    if (wanted.length === 0) note(settings.path, errors.FILE_MISSING([settings.path]));
    for (const path of wanted) if (!stopped) await visit(path);
    if (isStarting || hasNewFile) await recover(directories);
  }

  async function visit(path: string): Promise<void> {
    const handle = await openFile(path).catch((error: unknown) => {
      note(path, problemOf(path, error));
      return undefined;
    });
    if (!handle) return followers.retire(path);
    let isTaken = false;
    try {
      const identity = await identify(handle);
      if (!identity.isFile) return note(path, errors.NOT_A_FILE([path]));
      note(path, undefined);
      if (followers.holds(path, identity.inode)) {
        followers.pump(path);
        return;
      }
      await followers.retire(path);
      const at = await settle(path, handle, identity);
      const follower = await followFile(follow, { handle, path, inode: identity.inode, ...at });
      isTaken = true;
      hasNewFile = true;
      followers.add(path, follower);
    } catch (error) {
      onFault(path, error);
    } finally {
      if (!isTaken) await handle.close();
    }
  }

  /** Where to begin in a file that is not followed yet. */
  async function settle(path: string, handle: Awaited<ReturnType<typeof openFile>>, identity: Identity) {
    const found = await known.find(handle, identity);
    if (found.position) return { generation: found.position.generation, offset: found.position.byte_offset };
    if (found.stale) stale.push(found.stale);
    const generation = known.newGeneration(identity.inode, clock.now());
    if (!context.isFirstRun || !isStarting || settings.start_at === 'beginning') return { generation, offset: 0 };
    const offset = await lastLineStart(handle, identity.size);
    const head = await readAt(handle, 0, Math.min(headBytes, offset));
    const position: Position = {
      source_id: source.source_id,
      generation,
      path,
      byte_offset: offset,
      fingerprint: fingerprintOf(head),
      fingerprint_bytes: head.length,
      updated_at: new Date(clock.now()),
    };
    await insertPositions(db.read, [position]);
    known.note(position);
    return { generation, offset };
  }

  /** What was renamed or copied away while nobody looked is read to its end. */
  async function recover(directories: readonly string[]): Promise<void> {
    hasNewFile = false;
    const around = { known, stale: stale.splice(0), seen, readUpTo, nowMs: clock.now() };
    for (const directory of directories) {
      const isFollowed = (inode: string) => followers.hasInode(inode);
      const { rests, isUnsettled } = await findRests(directory, { ...around, isFollowed });
      for (const rest of rests) followers.addRetired(await followFile(follow, rest));
      if (isUnsettled) hasNewFile = true;
    }
  }

  function readUpTo(path: string): number {
    if (!isStarting) return 0;
    if (context.isFirstRun) return Infinity;
    return Math.max(0, ...known.all().map((at) => (at.path === path ? at.updated_at.getTime() : 0)));
  }

  let scanning: Promise<void> | undefined;
  let scanAgain = false;
  function rescan(): Promise<void> {
    if (scanning) {
      scanAgain = true;
      return scanning;
    }
    scanning = (async () => {
      do {
        scanAgain = false;
        await scan().catch((error: unknown) => onFault(settings.path, error));
      } while (scanAgain && !stopped);
      scanning = undefined;
    })();
    return scanning;
  }

  const watch = watchDirectories(log, (directory, name, kind) => {
    if (stopped) return;
    if (name === undefined) void rescan();
    else {
      const path = join(directory, name);
      const isOurs = followers.pump(links.get(path) ?? path);
      followers.pumpRetired();
      const mayBeOurs = links.has(path) || matchesWildcard(basename(settings.path), name);
      if (mayBeOurs && (kind === 'rename' || !isOurs)) void rescan();
    }
  });

  async function poll(): Promise<void> {
    await rescan();
    await followers.finishRetired();
    if (clock.now() - keptAt < keepEveryMs) return;
    await keepPositions(db.read, source.source_id, followers.generations(), new Date(clock.now()));
    keptAt = clock.now();
  }

  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;
  function pollLater(): void {
    timer = setTimeout(() => {
      polling = poll()
        .catch((error: unknown) => onFault(settings.path, error))
        .then(() => (stopped ? undefined : pollLater()));
    }, settings.poll_ms);
  }

  await rescan();
  isStarting = false;
  pollLater();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      watch.close();
      await scanning;
      await polling;
      await followers.close();
    },
  };
}
