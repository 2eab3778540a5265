import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { errors } from './errors.ts';
import { packLimits, type FoundFile } from './found-file.ts';

const inflate = promisify(inflateRaw);
const endRecord = 0x06054b50;
const centralRecord = 0x02014b50;
const localRecord = 0x04034b50;

/**
 * Entries of a zip file by its central directory (APPNOTE 6.3, stored and deflated); links are told as `other`. No
 * encryption, no zip64: a pack needs neither. Throws CONTENT.DAMAGED, CONTENT.TOO_LARGE.
 */
export async function* readZip(file: string): AsyncGenerator<FoundFile> {
  const handle = await open(file, 'r');
  try {
    const { size: length } = await handle.stat();
    const tail = await bytesAt(handle, Math.max(0, length - 65_557), Math.min(length, 65_557), file);
    const end = endOf(tail);
    if (end === undefined) throw errors.DAMAGED([file, 'it has no list of its files']);
    const count = tail.readUInt16LE(end + 10);
    const [bytes, from] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
    if (count === 0xffff || from === 0xffffffff) throw errors.DAMAGED([file, 'it is a zip64']);
    if (bytes > 64 << 20) throw errors.TOO_LARGE(['files', String(packLimits.files)]);
    const list = await bytesAt(handle, from, bytes, file);
    let unpacked = 0;
    for (let at = 0, index = 0; index < count; index += 1) {
      if (at + 46 > list.length || list.readUInt32LE(at) !== centralRecord)
        throw errors.DAMAGED([file, 'the list of its files is torn']);
      const [nameLength, extra, comment] = [28, 30, 32].map((offset) => list.readUInt16LE(at + offset));
      const entry = {
        flags: list.readUInt16LE(at + 8),
        method: list.readUInt16LE(at + 10),
        packed: list.readUInt32LE(at + 20),
        size: list.readUInt32LE(at + 24),
        // The upper half is the mode, where the archive was made on Unix.
        mode: list.readUInt32LE(at + 38) >>> 16,
        from: list.readUInt32LE(at + 42),
        path: list.toString('utf8', at + 46, at + 46 + (nameLength ?? 0)),
      };
      at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
      if (entry.path.endsWith('/')) continue;
      unpacked += entry.size;
      if (unpacked > packLimits.sourceBytes)
        throw errors.TOO_LARGE(['MB unpacked', String(packLimits.sourceBytes >> 20)]);
      const format = entry.mode & 0o170000;
      const isFile = format === 0 || format === 0o100000;
      yield {
        path: entry.path,
        size: entry.size,
        kind: isFile ? 'file' : 'other',
        read: () => contentOf(handle, entry, file),
      };
    }
  } finally {
    await handle.close();
  }
}

function endOf(tail: Buffer): number | undefined {
  for (let at = tail.length - 22; at >= 0; at -= 1) if (tail.readUInt32LE(at) === endRecord) return at;
  return undefined;
}

async function contentOf(
  handle: FileHandle,
  entry: { flags: number; method: number; packed: number; size: number; from: number; path: string },
  file: string,
): Promise<Buffer> {
  if ((entry.flags & 1) !== 0) throw errors.DAMAGED([file, `${entry.path} is encrypted`]);
  // A file that packs to far more than it says it is unpacked would be read whole for nothing.
  if (entry.packed > 2 * packLimits.fileBytes) throw errors.DAMAGED([file, `${entry.path} has wrong sizes`]);
  const local = await bytesAt(handle, entry.from, 30, file);
  if (local.readUInt32LE(0) !== localRecord) throw errors.DAMAGED([file, `${entry.path} is not where it should be`]);
  const begin = entry.from + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = await bytesAt(handle, begin, entry.packed, file);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw errors.DAMAGED([file, `${entry.path} is packed in a way that is not read here`]);
  try {
    // Its said size is the bound: one that unpacks to more is a bomb, and ends here.
    const content = await inflate(packed, { maxOutputLength: Math.max(1, entry.size) });
    if (content.length === entry.size) return content;
  } catch (cause) {
    throw errors.DAMAGED([file, `${entry.path} does not unpack`], { cause });
  }
  throw errors.DAMAGED([file, `${entry.path} has another size than it says`]);
}

async function bytesAt(handle: FileHandle, from: number, count: number, file: string): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, from);
  if (bytesRead < count) throw errors.DAMAGED([file, 'it ends early']);
  return buffer;
}
