import { createHash } from 'node:crypto';
import { lchown, lstat, mkdir } from 'node:fs/promises';
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
  if (fits) {
    await makePrivateFolder(folder, account);
    return folder;
  }
  // Everybody writes the temporary folder: what is there already is taken only if it is a folder of ours.
  await mkdir(folder, { mode: 0o700 }).catch(() => {});
  const found = await lstat(folder);
  const server = account.kind === 'drop' ? account.uid : geteuid?.();
  if (!found.isDirectory() || (found.uid !== server && found.uid !== geteuid?.()))
    throw errors.SERVER_DID_NOT_START([home, `${folder} belongs to somebody else`]);
  if (account.kind === 'drop') await lchown(folder, account.uid, account.gid);
  return folder;
}
