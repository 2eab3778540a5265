import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

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
  /** `device:inode`: enough to tell a file that is held open from others. */
  node: string;
  /** Time of birth, ns; 0 where it is not known. */
  birth: bigint;
  size: number;
  isFile: boolean;
  /** It has no name any more. */
  isDeleted: boolean;
}

export function identityOf(stat: BigIntStats): Identity {
  // Where a file system keeps no birth time, Node gives 0 or the time of the last change: what equals that is not told apart.
  const birth = stat.birthtimeNs === stat.ctimeNs ? 0n : stat.birthtimeNs;
  const node = `${stat.dev}:${stat.ino}`;
  return { node, birth, size: Number(stat.size), isFile: stat.isFile(), isDeleted: stat.nlink === 0n };
}

export async function identify(handle: FileHandle): Promise<Identity> {
  return identityOf(await handle.stat({ bigint: true }));
}

/** `device:inode:birth`, as it stands in a position. */
export function fileOf(identity: Identity): string {
  return `${identity.node}:${identity.birth}`;
}

/** Inode of a file as it stands in a position. */
export function inodeOf(file: string): string {
  return file.split(':')[1] ?? '';
}

function birthOf(file: string): bigint {
  return BigInt(file.split(':')[2] ?? 0);
}

/** SPEC rule 1. Device numbers change at reboot; an inode with the same birth is the same file without them. */
export function isSameFile(file: string, identity: Identity): boolean {
  const birth = birthOf(file);
  if (inodeOf(file) !== inodeOf(identity.node)) return false;
  return birth !== 0n && identity.birth !== 0n ? birth === identity.birth : file.startsWith(`${identity.node}:`);
}

/** A copy is never born before what it is a copy of. */
export function mayBeCopy(identity: Identity, originalFile: string): boolean {
  const birth = birthOf(originalFile);
  return birth === 0n || identity.birth === 0n || identity.birth >= birth;
}

/** Opens for reading; a pipe or a device does not block it. */
export function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

export function shortHash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
