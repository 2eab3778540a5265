import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Database } from '../db/index.ts';
import { literal, type Duck } from './duck.ts';
import { chooseCompaction, chooseRemoval, type Retention } from './choose-archives.ts';
import {
  archivePaths,
  deleteArchives,
  insertArchives,
  liveArchives,
  removeArchives,
  removedArchives,
} from './store.ts';
import { writeParquet, type CrashPoint } from './write-parquet.ts';

/** How long a file stays after it left the history: searches under way may still read it. */
const unlinkAfterMs = 600_000;
/** A file that no manifest names after this time was left by a process that died. */
const orphanAfterMs = 3_600_000;

interface House {
  db: Database;
  clock: Clock;
  duck: Duck;
  dir: string;
  crashPoint?: CrashPoint | undefined;
}

/** Joins small files of one day into one. Gives whether there may be more to do. */
export async function compactArchives(of: House): Promise<boolean> {
  const chosen = chooseCompaction(await liveArchives(of.db.read));
  const [first] = chosen;
  if (!first) return false;
  const files = chosen.map((archive) => literal(join(of.dir, archive.path))).join(', ');
  const query = `select * from read_parquet([${files}]) order by time, batch_id, index`;
  const { dir, crashPoint } = of;
  const now = of.clock.now();
  const joined = await writeParquet(of.duck.connection, { dir, day: first.day, query, nowMs: now, crashPoint });
  const ids = chosen.map((archive) => archive.id);
  return of.db
    .transaction(async (tx) => {
      // Another process was quicker: its file counts, ours is an orphan.
      if ((await removeArchives(tx, ids, new Date(now))) !== ids.length) throw new Lost();
      await insertArchives(tx, [joined]);
      crashPoint?.('inserted');
      return true;
    })
    .catch((error: unknown) => {
      if (error instanceof Lost) return false;
      throw error;
    });
}

class Lost extends Error {}

/** Takes what is past retention out of the history, and unlinks files that left it a while ago. */
export async function retainArchives(of: Omit<House, 'duck'>, retention: Retention): Promise<void> {
  const now = of.clock.now();
  const due = chooseRemoval(await liveArchives(of.db.read), retention, now);
  if (due.length > 0) await removeArchives(of.db.read, due, new Date(now));
  const gone = await removedArchives(of.db.read, new Date(now - unlinkAfterMs));
  for (const { path } of gone) await rm(join(of.dir, path), { force: true });
  await deleteArchives(
    of.db.read,
    gone.map((archive) => archive.id),
  );
}

/** Unlinks files that no manifest names and nobody writes any more. */
export async function sweepOrphans(of: Omit<House, 'duck'>): Promise<void> {
  const names = await readdir(of.dir, { recursive: true }).catch(() => []);
  const files = names.filter((name) => /^day=[\d-]{10}[/\\].*\.parquet(?:\.tmp)?$/.test(name));
  if (files.length === 0) return;
  // Listed before the manifest is read: what appears in between is in neither, or in both.
  const named = await archivePaths(of.db.read);
  for (const name of files) {
    if (named.has(name)) continue;
    const path = join(of.dir, name);
    const age = of.clock.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity);
    if (age > orphanAfterMs) await rm(path, { force: true });
  }
}
