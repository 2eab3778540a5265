import { createHash } from 'node:crypto';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';

/** How many first bytes tell one content of a file from another. */
export const headBytes = 1_024;

export function fingerprintOf(head: Buffer): string {
  return createHash('sha256').update(head).digest('hex');
}

/** The bytes at `position`, up to `length`; fewer at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let got = 0;
  while (got < length) {
    const { bytesRead } = await handle.read(bytes, got, length - got, position + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return bytes.subarray(0, got);
}

/** What a file is, whatever its name. */
export interface Identity {
  /** `device:inode`. */
  inode: string;
  size: number;
  isFile: boolean;
  /** Epoch ms of the last change of anything about it (ctime), and of its bytes (mtime). */
  changedAt: number;
  writtenAt: number;
}

export async function identify(handle: FileHandle): Promise<Identity> {
  const stat = await handle.stat({ bigint: true });
  return {
    inode: `${stat.dev}:${stat.ino}`,
    size: Number(stat.size),
    isFile: stat.isFile(),
    changedAt: Number(stat.ctimeMs),
    writtenAt: Number(stat.mtimeMs),
  };
}

/** Opens for reading; a pipe or a device does not block it. */
export function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** Whether the file begins with the bytes that a fingerprint was made of. */
export async function hasFingerprint(
  handle: FileHandle,
  known: { fingerprint: string; fingerprint_bytes: number },
): Promise<boolean> {
  const head = await readAt(handle, 0, known.fingerprint_bytes);
  return head.length === known.fingerprint_bytes && fingerprintOf(head) === known.fingerprint;
}

/** At most this many names of a directory are looked at for lost contents. */
const maxSiblings = 10_000;

/** Every readable regular file of a directory, open; each is closed before the next unless `keep` takes it. */
export async function searchDirectory(
  directory: string,
  take: (handle: FileHandle, identity: Identity, path: string) => Promise<'keep' | 'close'>,
): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.slice(0, maxSiblings)) {
    if (!entry.isFile()) continue;
    const path = join(directory, entry.name);
    const handle = await openFile(path).catch(() => undefined);
    if (!handle) continue;
    let kept = false;
    try {
      kept = (await take(handle, await identify(handle), path)) === 'keep';
    } finally {
      if (!kept) await handle.close();
    }
  }
}
