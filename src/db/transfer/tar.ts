import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { errors } from '../errors.ts';

/** Writes a .tar.zst (POSIX ustar), so that a person can open it with tar alone. It appears under its name when it is whole. */
export interface TarWriter {
  /** Adds a file of exactly `size` bytes: longer content is cut, shorter is filled with zeros. Gives its SHA-256 in hex. */
  file(name: string, size: number, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string>;
  folder(name: string): Promise<void>;
  finish(): Promise<void>;
  /** Removes what was written. */
  abort(): Promise<void>;
}

const block = 512;

/** Writes an archive that ends with `manifest.json`, which `fill` gives; nothing is left of one that fails. Throws DB.ARCHIVE_UNWRITABLE. */
export async function writeTar<M>(target: string, fill: (tar: TarWriter) => Promise<M>): Promise<M> {
  const tar = createTar(target);
  try {
    const manifest = await fill(tar);
    await addJson(tar, 'manifest.json', manifest);
    await tar.finish();
    return manifest;
  } catch (error) {
    await tar.abort();
    throw error;
  }
}

function createTar(target: string): TarWriter {
  const part = `${target}.part`;
  const compress = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const writing = pipeline(compress, createWriteStream(part, { mode: 0o600 })).catch((cause: unknown) => {
    throw isOfFiles(cause) ? errors.ARCHIVE_UNWRITABLE([target, cause.message], { cause }) : cause;
  });
  // The failure is thrown at the next write; until then nobody awaits it.
  writing.catch(() => {});

  async function write(bytes: Uint8Array): Promise<void> {
    if (compress.write(bytes)) return;
    await Promise.race([once(compress, 'drain'), writing]);
  }

  return {
    async file(name, size, content) {
      await write(headerOf(name, size, '0'));
      const digest = createHash('sha256');
      let left = size;
      const add = async (bytes: Uint8Array) => {
        const fitting = bytes.subarray(0, left);
        left -= fitting.length;
        digest.update(fitting);
        await write(fitting);
      };
      for await (const bytes of content) if (left > 0) await add(bytes);
      while (left > 0) await add(Buffer.alloc(Math.min(left, 65_536)));
      await write(Buffer.alloc(paddingOf(size)));
      return digest.digest('hex');
    },
    async folder(name) {
      await write(headerOf(`${name}/`, 0, '5'));
    },
    async finish() {
      await write(Buffer.alloc(2 * block));
      compress.end();
      await writing;
      await syncToDisk(part);
      await rename(part, target);
      await syncToDisk(dirname(target));
    },
    async abort() {
      compress.destroy();
      await writing.catch(() => {});
      await rm(part, { force: true });
    },
  };
}

/** Whether the file system failed, and not the stream or its contents. */
const isOfFiles = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && 'syscall' in cause && cause.syscall !== undefined;

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface TarEntry {
  name: string;
  size: number;
  isFolder: boolean;
  /** Read it to its end, or not at all, before the next entry is asked for. */
  content: AsyncIterable<Buffer>;
}

/** Reads a .tar.zst entry by entry. Names that leave the folder are refused. Throws DB.ARCHIVE_DAMAGED, DB.ARCHIVE_UNREADABLE. */
export async function* readTar(file: string): AsyncGenerator<TarEntry> {
  const source = createZstdDecompress();
  // Its failure is thrown to whoever reads `source`.
  pipeline(createReadStream(file), source).catch(() => {});
  const bytes = bytesOf(source);
  try {
    for (;;) {
      const header = await bytes.take(block);
      if (header.every((byte) => byte === 0)) return;
      const entry = readHeader(file, header);
      let left = entry.size;
      const content = (async function* () {
        while (left > 0) {
          const chunk = await bytes.some(Math.min(left, 1 << 20));
          left -= chunk.length;
          yield chunk;
        }
      })();
      yield { ...entry, content };
      while (left > 0) left -= (await bytes.some(left)).length;
      await bytes.take(paddingOf(entry.size));
    }
  } finally {
    source.destroy();
  }

  function bytesOf(stream: AsyncIterable<Buffer>) {
    const iterator = stream[Symbol.asyncIterator]();
    const refuse = (cause: unknown): never => {
      if (isOfFiles(cause)) throw errors.ARCHIVE_UNREADABLE([file, cause.message], { cause });
      // Codes of zlib begin with Z.
      if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && /^(?:Z|ERR_)/.test(cause.code))
        throw errors.ARCHIVE_DAMAGED([file, cause.message], { cause });
      throw cause;
    };
    let held: Buffer = Buffer.alloc(0);
    const some = async (most: number): Promise<Buffer> => {
      while (held.length === 0) {
        const next = await iterator.next().catch(refuse);
        if (next.done === true) throw errors.ARCHIVE_DAMAGED([file, 'it ends early']);
        held = next.value;
      }
      const chunk = held.subarray(0, most);
      held = held.subarray(chunk.length);
      return chunk;
    };
    const take = async (count: number): Promise<Buffer> => {
      const parts: Buffer[] = [];
      for (let have = 0; have < count; have += parts.at(-1)?.length ?? 0) parts.push(await some(count - have));
      return Buffer.concat(parts);
    };
    return { some, take };
  }
}

export async function addJson(tar: TarWriter, name: string, value: unknown): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
  await tar.file(name, bytes.length, [bytes]);
}

/** The JSON of the entry, which must be `name`. */
export async function jsonOf(file: string, name: string, entry: TarEntry | undefined): Promise<unknown> {
  if (!entry || entry.name !== name || entry.size > 64 << 20)
    throw errors.ARCHIVE_DAMAGED([file, `${name} is not where it belongs`]);
  const parts: Buffer[] = [];
  for await (const bytes of entry.content) parts.push(bytes);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

const paddingOf = (size: number) => (block - (size % block)) % block;

function headerOf(name: string, size: number, type: '0' | '5'): Buffer {
  const header = Buffer.alloc(block);
  // A name is at most 100 bytes; what is before a slash may go to the prefix of 155 (POSIX pax, ustar header block).
  const cut = name.length <= 100 ? 0 : name.indexOf('/', name.length - 101) + 1;
  const [prefix, rest] = [name.slice(0, Math.max(0, cut - 1)), name.slice(cut)];
  if (rest.length > 100 || prefix.length > 155 || !isSafeName(name)) throw errors.ARCHIVE_NAME([name]);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(rest, 0);
  header.write(octal(type === '5' ? 0o700 : 0o600, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.write(prefix, 345);
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function readHeader(file: string, header: Buffer): { name: string; size: number; isFolder: boolean } {
  const text = (from: number, length: number) => header.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  const found = Number.parseInt(text(148, 8), 8);
  const plain = Buffer.from(header);
  plain.fill(' ', 148, 156);
  if (found !== sumOf(plain)) throw errors.ARCHIVE_DAMAGED([file, 'a header has a wrong checksum']);
  const prefix = text(345, 155);
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  if (!isSafeName(name)) throw errors.ARCHIVE_NAME([name]);
  const isFolder = text(156, 1) === '5';
  return { name: isFolder ? name.replace(/\/$/, '') : name, size: Number.parseInt(text(124, 12), 8), isFolder };
}

const sumOf = (header: Buffer) => header.reduce((sum, byte) => sum + byte, 0);

function isSafeName(name: string): boolean {
  return /^[\w.-]+(?:\/[\w.-]+)*\/?$/.test(name) && !name.split('/').includes('..');
}
