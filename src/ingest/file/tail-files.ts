import { lstat, stat, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FirebreakError } from '../../base/errors.ts';
import { errors } from '../errors.ts';
import type { Receiver, ReceiverContext } from '../receiver.ts';
import { keepPositions, positionsOf, savePositions, takeReader, type Position } from '../store/positions.ts';
import { fileOf, identify, identityOf, isSameFile, openFile, type Identity } from './content.ts';
import { fingerprintUpTo } from './fingerprint.ts';
import { followFile, lastLineStart, type FollowContext, type Start } from './follow-file.ts';
import { createFollowerSet } from './follower-set.ts';
import { createGenerations } from './generations.ts';
import { listFamily } from './list-family.ts';
import { matchesWildcard } from './path-pattern.ts';
import { placeLive, placeRotated, type Known } from './place-file.ts';
import { problemOf } from './problem-of.ts';
import { rotatedFrom } from './rotated-name.ts';
import { watchDirectories } from './watch-directories.ts';

export interface TailSettings {
  path: string;
  start_at: 'end' | 'beginning';
  max_event_bytes: number;
  poll_ms: number;
  rotate_wait_ms: number;
}

/** A name of the family, and what is there. */
interface Entry {
  path: string;
  firstPath: string;
  identity: Identity;
}

const keepEveryMs = 43_200_000;
const minSettleMs = 1_000;
const isLive = (entry: { path: string; firstPath: string }) => entry.path === entry.firstPath;

/**
 * Reads the files of a path or pattern as they grow, across every rotation: SPEC.md says how and why. The directories
 * are watched; a slow poll sees what the watch missed. Resolves when everything there is followed.
 */
export async function tailFiles(context: ReceiverContext, settings: TailSettings): Promise<Receiver> {
  const { db, clock, log, source } = context;
  const reader = await takeReader(db.read, source.source_id);
  const generations = createGenerations(await positionsOf(db.read, source.source_id));
  const problems = new Map<string, FirebreakError>();
  const follow: FollowContext = {
    sourceId: source.source_id,
    maxEventBytes: settings.max_event_bytes,
    clock,
    async keep(events, position) {
      await context.accept(source, events, { position, reader, patience: 'hold' });
      generations.note(position);
    },
    save: (position) => save([position]),
  };
  const rotateWaitMs = settings.rotate_wait_ms;
  const onCut = () => void rescan();
  const followers = createFollowerSet({ follow, generations, log, rotateWaitMs, clock, onCut, onFault });
  const unsettled = new Map<string, { size: number; since: number }>();
  let carried = new Set<string>();
  let links = new Map<string, string>();
  let firstNames = new Set<string>();
  let stopped = false;
  let keptAt = 0;

  async function save(positions: readonly Position[]): Promise<void> {
    await savePositions(db.read, positions);
    for (const position of positions) generations.note(position);
  }

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

  /** What the directories show now; a file with two names is taken under its live one. */
  async function look(): Promise<Entry[]> {
    const family = await listFamily(
      settings.path,
      generations.all().map(({ path }) => path),
    );
    links = family.links;
    firstNames = new Set([...family.live, ...links.keys()].map((path) => basename(path)));
    watch.set(family.directories);
    for (const path of problems.keys()) if (!family.live.includes(path)) note(path, undefined);
    if (family.live.length === 0) note(settings.path, errors.FILE_MISSING([settings.path]));
    const entries = new Map<string, Entry>();
    const add = (entry: Entry) => void (entries.has(entry.identity.node) || entries.set(entry.identity.node, entry));
    for (const path of family.live) {
      try {
        const identity = identityOf(await stat(path, { bigint: true }));
        note(path, identity.isFile ? undefined : errors.NOT_A_FILE([path]));
        if (identity.isFile) add({ path, firstPath: path, identity });
      } catch (error) {
        onFault(path, error);
      }
    }
    for (const name of family.rotated) {
      const found = await lstat(name.path, { bigint: true }).catch(() => undefined);
      if (found?.isFile()) add({ ...name, identity: identityOf(found) });
    }
    return [...entries.values()];
  }

  /** SPEC rule 7: what must be read of what is there. */
  async function scan(): Promise<void> {
    const entries = await look();
    followers.place(new Map(entries.map((entry) => [entry.identity.node, entry])));
    carried = new Set(followers.all().map(({ generation }) => generation));
    const open: Entry[] = [];
    for (const entry of entries) {
      if (followers.ofNode(entry.identity.node)) continue;
      const own = generations.ofFile(entry.identity);
      for (const { generation } of own) carried.add(generation);
      const isRead = own.some(({ byte_offset }) => byte_offset === entry.identity.size);
      if (isLive(entry) || !isRead) open.push(entry);
    }
    const order = (entry: Entry) => (isLive(entry) ? 0 : generations.ofFile(entry.identity).length > 0 ? 1 : 2);
    for (const entry of open.toSorted((a, b) => order(a) - order(b))) if (!stopped) await visit(entry);
    for (const node of unsettled.keys())
      if (!open.some(({ identity }) => identity.node === node)) unsettled.delete(node);
    followers.pumpAll();
  }

  async function visit(entry: Entry): Promise<void> {
    const { path, firstPath } = entry;
    let handle: FileHandle | undefined;
    try {
      handle = await openFile(path);
      const identity = await identify(handle);
      // The name was given to another file meanwhile: the next look tells.
      if (identity.node !== entry.identity.node) {
        scanAgain = true;
        return;
      }
      const siblings = followers.all().filter((follower) => follower.firstPath === firstPath);
      const known: Known = { generations, siblings, carried, isFollowed, isSettled, nowMs: clock.now() };
      const place = await (isLive(entry) ? placeLive : placeRotated)(handle, identity, known);
      if (place.what === 'wait') return;
      carried.add(place.start.generation);
      if (place.what === 'rest') return await save([positionAt(entry, identity, place.start)]);
      const follower = await followFile(follow, { handle, identity, path, firstPath, start: place.start });
      handle = undefined;
      followers.add(follower);
    } catch (error) {
      if (isLive(entry)) onFault(path, error);
    } finally {
      await handle?.close();
    }
  }

  const isFollowed = (generation: string) => followers.all().some((follower) => follower.generation === generation);

  function isSettled(identity: Identity): boolean {
    const before = unsettled.get(identity.node);
    const now = performance.now();
    if (before?.size === identity.size) return now - before.since >= Math.max(minSettleMs, rotateWaitMs);
    unsettled.set(identity.node, { size: identity.size, since: now });
    return false;
  }

  const positionAt = (entry: { firstPath: string }, identity: Identity, start: Start): Position => ({
    source_id: source.source_id,
    generation: start.generation,
    file: fileOf(identity),
    path: entry.firstPath,
    byte_offset: start.offset,
    fingerprint: start.fingerprint,
    updated_at: new Date(clock.now()),
  });

  /** SPEC rule 4: what is there before us is written down, in one statement. */
  async function writeBaseline(): Promise<void> {
    const positions: Position[] = [];
    for (const entry of await look()) {
      const handle = await openFile(entry.path).catch(() => undefined);
      if (!handle) continue;
      try {
        const identity = await identify(handle);
        if (!isSameFile(fileOf(entry.identity), identity)) continue;
        let offset = identity.size;
        if (isLive(entry)) offset = settings.start_at === 'end' ? await lastLineStart(handle, identity.size) : 0;
        const fingerprint = await fingerprintUpTo(handle, offset);
        const generation = generations.create(identity.node, clock.now());
        positions.push(positionAt(entry, identity, { generation, offset, fingerprint }));
      } finally {
        await handle.close();
      }
    }
    await save(positions);
  }

  let scanning: Promise<void> | undefined;
  let scanAgain = false;
  const waiting: (() => void)[] = [];
  /** Resolves after a look that began later. */
  function rescan(): Promise<void> {
    scanAgain = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    scanning ??= (async () => {
      while (scanAgain && !stopped) {
        scanAgain = false;
        const told = waiting.splice(0);
        await scan().catch((error: unknown) => onFault(settings.path, error));
        for (const tell of told) tell();
      }
      scanning = undefined;
      for (const tell of waiting.splice(0)) tell();
    })();
    return promise;
  }

  const watch = watchDirectories(log, (directory, name, kind) => {
    if (stopped) return;
    if (name === undefined) void rescan();
    else {
      const path = join(directory, name);
      const isOurs = followers.pump(links.get(path) ?? path);
      if (isOurs && kind === 'change') return;
      // While a copy is written, it changes all the time: only its name is news.
      const isRotated = rotatedFrom(name, firstNames) !== undefined;
      const isLiveName = links.has(path) || matchesWildcard(basename(settings.path), name);
      if (isRotated ? kind === 'rename' : isLiveName) void rescan();
    }
  });

  async function poll(): Promise<void> {
    await rescan();
    await followers.finishResting();
    if (clock.now() - keptAt < keepEveryMs) return;
    await keepPositions(db.read, source.source_id, [...carried], new Date(clock.now()));
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

  if (context.isFirstRun && generations.all().length === 0) await writeBaseline();
  await rescan();
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
