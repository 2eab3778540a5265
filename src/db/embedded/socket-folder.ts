import { createHash } from 'node:crypto';
import { chmod, lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { geteuid } from 'node:process';
import { errors } from '../errors.ts';
import { makePrivateFolder, type Account } from './account.ts';

// sun_path holds 108 bytes with its ending zero on Linux and 104 on macOS.
const longestPath = 103;

/** The folder of the socket: beside the cluster, or a short one of ours below the temporary folder when that path is too long. */
export async function makeSocketFolder(home: string, account: Account): Promise<string> {
  const near = join(home, 'run');
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16);
  const fits = Buffer.byteLength(join(near, '.s.PGSQL.5432')) <= longestPath;
  const folder = fits ? near : join(tmpdir(), `firebreak-${digest}`);
  await makePrivateFolder(folder, account);
  const found = await lstat(folder);
  const owner = account.kind === 'drop' ? account.uid : geteuid?.();
  // In a folder that everybody writes, somebody else may have been there first.
  if (!found.isDirectory() || (owner !== undefined && found.uid !== owner))
    throw errors.SERVER_DID_NOT_START([home, `${folder} belongs to somebody else`]);
  await chmod(folder, 0o700);
  return folder;
}
