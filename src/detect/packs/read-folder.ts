import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { errors } from './errors.ts';
import { packLimits, type FoundFile } from './found-file.ts';

/** Everything below a folder, in the order of names; links are told and not followed. Throws CONTENT.TOO_LARGE, CONTENT.UNREADABLE. */
export async function* readFolder(root: string, below = '', depth = 0): AsyncGenerator<FoundFile> {
  if (depth > packLimits.depth) throw errors.TOO_LARGE(['folders in each other', String(packLimits.depth)]);
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, below), { withFileTypes: true });
  } catch (cause) {
    throw errors.UNREADABLE([join(root, below), messageOf(cause)], { cause });
  }
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    // What lies there is never part of a pack, and may be large.
    if (entry.name === '.git' || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) yield* readFolder(root, path, depth + 1);
    else yield { path, size: 0, kind: entry.isFile() ? 'file' : 'other', read: () => readBounded(join(root, path)) };
  }
}

/** The file's bytes, one more than the limit at most; a link put there meanwhile is refused by the system. */
async function readBounded(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const parts: Buffer[] = [];
    let length = 0;
    while (length <= packLimits.fileBytes) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536);
      if (bytesRead === 0) break;
      parts.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return Buffer.concat(parts);
  } finally {
    await handle.close();
  }
}
