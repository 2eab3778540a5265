import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf } from '../../base/errors.ts';
import { errors } from './errors.ts';
import { fetchGit } from './fetch-git.ts';
import { packLimits, type FoundFile } from './found-file.ts';
import { licenceOf, type Licence } from './licence.ts';
import type { PackSource } from './pack-source.ts';
import { readFolder } from './read-folder.ts';
import { readTar } from './read-tar.ts';
import { readZip } from './read-zip.ts';
import { isLicence, takeFiles, type PackCounts, type TakenFiles } from './take-files.ts';

/** One revision of a pack, in memory. */
export interface ObtainedPack {
  files: ReadonlyMap<string, Buffer>;
  leftOut: TakenFiles['leftOut'];
  /** The commit of git, or the SHA-256 of the archive, or of the folder's taken files. */
  revision: string;
  /** SHA-256 over paths and contents of what was taken. */
  digest: string;
  licence: Licence | null;
  counts: PackCounts;
}

/** Reads a source into memory; `scratch` is a folder for git to work in. Throws CONTENT.*. */
export async function obtainPack(
  source: PackSource,
  options: {
    scratch: string;
    environment: Readonly<Record<string, string | undefined>>;
    signal?: AbortSignal | undefined;
  },
): Promise<ObtainedPack> {
  const { revision, taken } = await take(source, options);
  const { counts } = taken;
  if (counts.rules + counts.correlations + counts.filters === 0)
    throw errors.NO_RULES([source.kind === 'git' ? source.url : source.path]);
  const digest = digestOf(taken.files);
  return {
    ...taken,
    revision: revision ?? digest,
    digest,
    licence: licenceOf(taken.files, isLicence) ?? null,
  };
}

async function take(
  source: PackSource,
  options: Parameters<typeof obtainPack>[1],
): Promise<{ revision?: string; taken: TakenFiles }> {
  const { only } = source;
  if (source.kind === 'folder')
    return { taken: await takeFiles(readFolder(source.path), { only, isFolderStripped: false }) };
  if (source.kind === 'git') {
    const { commit, files } = await fetchGit(source, { ...options, dir: join(options.scratch, 'git') });
    return { revision: commit, taken: await takeFiles(files, { only, isFolderStripped: false }) };
  }
  const revision = await sha256Of(source.path);
  return { revision, taken: await takeFiles(await archiveFiles(source.path), { only, isFolderStripped: true }) };
}

/** By its first bytes: a name can say anything. */
async function archiveFiles(file: string): Promise<AsyncIterable<FoundFile>> {
  const handle = await open(file, 'r');
  const head = Buffer.alloc(512);
  try {
    await handle.read(head, 0, 512, 0);
  } finally {
    await handle.close();
  }
  if (head.readUInt32LE(0) === 0x04034b50) return readZip(file);
  if (head.readUInt16BE(0) === 0x1f8b) return readTar(createReadStream(file).pipe(createGunzip()), file);
  if (head.readUInt32LE(0) === 0xfd2fb528) return readTar(createReadStream(file).pipe(createZstdDecompress()), file);
  if (head.toString('latin1', 257, 262) === 'ustar') return readTar(createReadStream(file), file);
  throw errors.DAMAGED([file, 'it is neither a zip nor a tar, plain or packed by gzip or zstd']);
}

async function sha256Of(file: string): Promise<string> {
  const digest = createHash('sha256');
  let length = 0;
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) {
      length += bytes.length;
      if (length > packLimits.sourceBytes) throw errors.TOO_LARGE(['MB', String(packLimits.sourceBytes >> 20)]);
      digest.update(bytes);
    }
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw errors.UNREADABLE([file, messageOf(cause)], { cause });
    throw cause;
  }
  return digest.digest('hex');
}

export function digestOf(files: ReadonlyMap<string, Buffer>): string {
  const digest = createHash('sha256');
  for (const [path, content] of [...files].sort(([left], [right]) => (left < right ? -1 : 1)))
    digest.update(`${path}\0${content.length}\0`).update(content);
  return digest.digest('hex');
}
