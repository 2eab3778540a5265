import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../../base/has-code.ts';
import { messageOf } from '../../base/errors.ts';
import { isAlive } from '../../base/is-alive.ts';
import { errors } from './errors.ts';
import { digestOf, type ObtainedPack } from './obtain-pack.ts';
import { PackSource } from './pack-source.ts';

/** What is written down of a pack, as `<content>/<name>.json`: the revision in force, and where it came from. */
export const PackNote = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  source: PackSource,
  /** Commit, or SHA-256 of the archive or folder: what is pinned. */
  revision: z.string(),
  /** Folder of the revision below `<content>/<name>/`. */
  folder: z.string().regex(/^[0-9a-f]{12}-[0-9a-f]{12}$/),
  /** SHA-256 over the files in it. */
  digest: z.string(),
  licence: z
    .strictObject({ file: z.string(), spdx: z.string().nullable(), first_lines: z.array(z.string()) })
    .nullable(),
  counts: z.strictObject({
    rules: z.int(),
    correlations: z.int(),
    filters: z.int(),
    refused: z.int(),
  }),
  added_at: z.iso.datetime(),
});
export type PackNote = z.infer<typeof PackNote>;

/** Packs that are there, by name. A note that cannot be read is thrown: CONTENT.UNREADABLE. */
export async function listPacks(dir: string): Promise<PackNote[]> {
  const names = await readdir(dir).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT')) return [];
    throw errors.UNREADABLE([dir, messageOf(cause)], { cause });
  });
  const notes = names.filter((name) => /^[a-z0-9][a-z0-9-]*\.json$/.test(name)).sort();
  return Promise.all(notes.map((name) => readNote(join(dir, name))));
}

export async function findPack(dir: string, name: string): Promise<PackNote> {
  const found = (await listPacks(dir)).find((pack) => pack.name === name);
  if (!found) throw errors.NO_SUCH_PACK([name]);
  return found;
}

async function readNote(file: string): Promise<PackNote> {
  try {
    const note = PackNote.parse(JSON.parse(await readFile(file, 'utf8')));
    if (file.endsWith(`/${note.name}.json`)) return note;
  } catch (cause) {
    throw errors.UNREADABLE([file, messageOf(cause)], { cause, where: { file } });
  }
  throw errors.UNREADABLE([file, 'it is the note of another pack'], { where: { file } });
}

export const revisionDir = (dir: string, note: Pick<PackNote, 'name' | 'folder'>) => join(dir, note.name, note.folder);

/** The files of the revision in force, by path. */
export async function packFiles(dir: string, note: PackNote): Promise<Map<string, Buffer>> {
  const root = revisionDir(dir, note);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = await Promise.all(
    files.map(async (file) => [file.slice(root.length + 1), await readFile(file)] as const),
  );
  return new Map(read.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Whether its files are still those that were added. */
export async function isIntact(dir: string, note: PackNote): Promise<boolean> {
  return packFiles(dir, note).then(
    (files) => digestOf(files) === note.digest,
    () => false,
  );
}

/**
 * Puts a revision in force: its files into a folder of their own that is named after what is in it and never changed,
 * then the note, by rename. Killed anywhere, the old revision stays in force, whole.
 */
export async function keepRevision(
  dir: string,
  pack: Pick<PackNote, 'name' | 'source' | 'added_at'>,
  obtained: ObtainedPack,
): Promise<PackNote> {
  const folder = `${obtained.revision.slice(0, 12)}-${obtained.digest.slice(0, 12)}`;
  const { revision, digest, licence, counts } = obtained;
  const note = PackNote.parse({ ...pack, revision, folder, digest, licence, counts });
  const target = revisionDir(dir, note);
  const isThere = await isIntact(dir, note);
  if (!isThere) {
    const scratch = await scratchDir(dir);
    const part = join(scratch, 'files');
    const waiting = obtained.files.entries();
    // Syncs that run together share their trips to the disk.
    const write = async () => {
      for (const [path, content] of waiting) await writeWhole(join(part, path), content, 0o444);
    };
    await Promise.all(Array.from({ length: 64 }, write));
    await mkdir(dirname(target), { recursive: true });
    // Only a damaged one can be in the way: its files are not those of its name.
    await rename(target, join(scratch, 'damaged')).catch(() => {});
    await rename(part, target);
    await syncFolder(dirname(target));
    await rm(scratch, { recursive: true, force: true });
  }
  const temporary = join(dir, `.incoming-${process.pid}-${randomBytes(6).toString('hex')}`);
  await writeWhole(temporary, Buffer.from(`${JSON.stringify(note, undefined, 2)}\n`), 0o644);
  await rename(temporary, join(dir, `${note.name}.json`));
  await syncFolder(dir);
  await removeOldRevisions(dir, note);
  return note;
}

/** Takes a pack out: its note first, so that it is out of force at once. */
export async function dropPack(dir: string, name: string): Promise<void> {
  await rm(join(dir, `${name}.json`), { force: true });
  await syncFolder(dir);
  await rm(join(dir, name), { recursive: true, force: true });
}

/** A folder of our own beside the packs, so that a rename out of it is one step. */
export async function scratchDir(dir: string): Promise<string> {
  const scratch = join(dir, `.incoming-${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(scratch, { recursive: true });
  return scratch;
}

/** Removes what commands that were killed left: their folders name the process. */
export async function sweep(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    const pid = /^\.incoming-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** The revision before stays, for a server that is reading it. */
async function removeOldRevisions(dir: string, note: PackNote): Promise<void> {
  const root = join(dir, note.name);
  const folders = await readdir(root, { withFileTypes: true });
  const others = folders.filter((entry) => entry.isDirectory() && entry.name !== note.folder);
  const aged = await Promise.all(others.map(async ({ name }) => ({ name, at: await changedAt(join(root, name)) })));
  const [, ...old] = aged.sort((left, right) => right.at - left.at);
  for (const { name } of old) await rm(join(root, name), { recursive: true, force: true });
}

async function changedAt(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    return (await handle.stat()).ctimeMs;
  } finally {
    await handle.close();
  }
}

async function writeWhole(path: string, content: Buffer, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(path, mode);
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
