import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Log } from '../../base/log.ts';
import { chooseAccount, giveTo, makeHome } from '../embedded/account.ts';
import { findBinaries } from '../embedded/binaries.ts';
import { homeOf } from '../embedded/cluster.ts';
import { holdFolder } from '../embedded/folder-hold.ts';
import { startEmbedded } from '../embedded/start-embedded.ts';
import { errors } from '../errors.ts';
import { jsonOf, readTar, type TarEntry } from '../transfer/tar.ts';
import { checkDatabase, type DatabaseCheck } from './check-database.ts';
import { backupManifest, type BackupManifest } from './manifest.ts';

export interface RestoreReport {
  taken_at: string;
  postgres_major: string;
  files: number;
  /** Of the started copy; only with `verify`. */
  check?: DatabaseCheck;
}

/**
 * Puts a backup in place as the data folder of startEmbedded, when every file has the checksum of the manifest. With
 * `verify` it goes to a folder beside `dataDir` instead, is started there, checked from inside, and removed: `dataDir`
 * is not touched. Throws DB.RESTORE_TARGET, DB.BACKUP_DAMAGED, DB.ARCHIVE_DAMAGED, DB.VERSION_MISMATCH.
 */
export async function restoreBackup(
  file: string,
  dataDir: string,
  options: { log: Log; verify?: boolean },
): Promise<RestoreReport> {
  const folder = resolve(options.verify === true ? `${dataDir}.verify-${process.pid}` : dataDir);
  try {
    const manifest = await place(file, folder);
    const report = {
      taken_at: manifest.taken_at,
      postgres_major: manifest.postgres_major,
      files: manifest.files.length,
    };
    if (options.verify !== true) return report;
    const embedded = await startEmbedded({ dataDir: folder, log: options.log });
    try {
      return { ...report, check: await checkDatabase(embedded.url, manifest.migrations) };
    } finally {
      await embedded.stop();
    }
  } finally {
    if (options.verify === true) await rm(folder, { recursive: true, force: true });
  }
}

async function place(file: string, folder: string): Promise<BackupManifest> {
  const home = homeOf(folder);
  if (await stat(home.cluster).catch(() => undefined)) throw errors.RESTORE_TARGET([folder]);
  await mkdir(dirname(folder), { recursive: true });
  const binaries = await findBinaries();
  const account = await chooseAccount(folder, binaries);
  await makeHome(folder, account);
  const hold = await holdFolder(folder);
  const making = `${home.cluster}.restoring`;
  try {
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { mode: 0o700 });
    const manifest = await unpack(file, making);
    if (manifest.postgres_major !== binaries.major)
      throw errors.VERSION_MISMATCH([file, manifest.postgres_major, binaries.major]);
    if (account.kind === 'drop') await giveTo(making, account);
    // The password of the server that was backed up stays there: the first start sets a new one.
    await rm(home.password, { force: true });
    await rename(making, home.cluster);
    return manifest;
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  } finally {
    await hold.release();
  }
}

async function unpack(file: string, folder: string): Promise<BackupManifest> {
  const found = new Map<string, string>();
  let manifest: BackupManifest | undefined;
  for await (const entry of readTar(file)) {
    if (entry.name === 'manifest.json') manifest = backupManifest.parse(await jsonOf(file, 'manifest.json', entry));
    else {
      const name = /^cluster\/(.+)$/.exec(entry.name)?.[1];
      if (name === undefined) throw errors.BACKUP_DAMAGED([file, entry.name, 'does not belong to it']);
      const path = join(folder, name);
      await mkdir(entry.isFolder ? path : dirname(path), { recursive: true, mode: 0o700 });
      if (!entry.isFolder) found.set(name, await writeEntry(path, entry));
    }
  }
  if (!manifest) throw errors.BACKUP_DAMAGED([file, 'manifest.json', 'is missing']);
  for (const { name, sha256 } of manifest.files) {
    if (found.get(name) !== sha256)
      throw errors.BACKUP_DAMAGED([file, name, found.has(name) ? 'has another checksum' : 'is missing']);
    found.delete(name);
  }
  for (const name of found.keys()) throw errors.BACKUP_DAMAGED([file, name, 'is not in its manifest']);
  return manifest;
}

async function writeEntry(path: string, entry: TarEntry): Promise<string> {
  const digest = createHash('sha256');
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const bytes of entry.content) {
      digest.update(bytes);
      await handle.writeFile(bytes);
    }
  } finally {
    await handle.close();
  }
  return digest.digest('hex');
}
