import { errors } from './errors.ts';
import { packLimits, type FoundFile } from './found-file.ts';

const block = 512;

/**
 * Entries of a tar stream as GNU tar, git and pax write it (POSIX.1-2017 pax, ustar header block); links are told as
 * `other`. Reads the stream once and holds one file at a time. Throws CONTENT.DAMAGED, CONTENT.TOO_LARGE.
 */
export async function* readTar(stream: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<FoundFile> {
  const bytes = boundedBytes(stream, file);
  let longName: string | undefined;
  for (;;) {
    const header = await bytes.take(block, true);
    if (header === undefined || header.every((byte) => byte === 0)) return;
    if (!isHeader(header)) throw errors.DAMAGED([file, 'a header has a wrong checksum']);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = sizeOf(header, file);
    const padded = Math.ceil(size / block) * block;
    if (type === 'x' || type === 'L') {
      // A name that is too long for the header stands before it: pax records, or GNU's plain text.
      if (size > 65_536) throw errors.DAMAGED([file, 'a name is too long']);
      const content = await bytes.need(padded);
      longName = nameIn(type, content.subarray(0, size)) ?? longName;
      continue;
    }
    let left = padded;
    if (type !== 'g' && type !== '5') {
      const isFile = type === '0' || type === '\0' || type === '7';
      yield {
        path: longName ?? nameOf(header),
        size,
        kind: isFile ? 'file' : 'other',
        async read() {
          const content = await bytes.need(left);
          left = 0;
          return content.subarray(0, size);
        },
      };
    }
    longName = undefined;
    await bytes.skip(left);
  }
}

function boundedBytes(stream: AsyncIterable<Uint8Array>, file: string) {
  const iterator = stream[Symbol.asyncIterator]();
  let held: Uint8Array = Buffer.alloc(0);
  let total = 0;
  const some = async (most: number): Promise<Uint8Array | undefined> => {
    while (held.length === 0) {
      const next = await iterator.next().catch((cause: unknown) => {
        throw errors.DAMAGED([file, 'it does not unpack'], { cause });
      });
      if (next.done === true) return undefined;
      held = next.value;
      total += held.length;
      if (total > packLimits.sourceBytes) throw errors.TOO_LARGE(['MB unpacked', String(packLimits.sourceBytes >> 20)]);
    }
    const chunk = held.subarray(0, most);
    held = held.subarray(chunk.length);
    return chunk;
  };
  const take = async (count: number, isEndAllowed: boolean): Promise<Buffer | undefined> => {
    const parts: Uint8Array[] = [];
    for (let have = 0; have < count;) {
      const chunk = await some(count - have);
      if (!chunk && have === 0 && isEndAllowed) return undefined;
      if (!chunk) throw errors.DAMAGED([file, 'it ends early']);
      parts.push(chunk);
      have += chunk.length;
    }
    return Buffer.concat(parts);
  };
  return {
    take,
    need: async (count: number) => (await take(count, false)) ?? Buffer.alloc(0),
    async skip(count: number) {
      for (let left = count; left > 0;) {
        const chunk = await some(left);
        if (!chunk) throw errors.DAMAGED([file, 'it ends early']);
        left -= chunk.length;
      }
    },
  };
}

function isHeader(header: Buffer): boolean {
  const plain = Buffer.from(header);
  plain.fill(' ', 148, 156);
  return Number.parseInt(textOf(header, 148, 8), 8) === plain.reduce((sum, byte) => sum + byte, 0);
}

function sizeOf(header: Buffer, file: string): number {
  const size = /^[0-7]+$/.test(textOf(header, 124, 12).trim())
    ? Number.parseInt(textOf(header, 124, 12), 8)
    : Number.NaN;
  // Larger sizes are written in base 256, and larger than we take.
  if (!Number.isSafeInteger(size) || size > packLimits.sourceBytes) throw errors.DAMAGED([file, 'a size is no size']);
  return size;
}

function nameOf(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textOf(header, 345, 155) : '';
  const name = textOf(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

const textOf = (header: Buffer, from: number, length: number) =>
  header.toString('utf8', from, from + length).replace(/\0.*$/s, '');

function nameIn(type: 'x' | 'L', content: Buffer): string | undefined {
  if (type === 'L') return content.toString('utf8').replace(/\0.*$/s, '');
  for (const record of content.toString('utf8').split('\n')) {
    const found = /^\d+ path=(.*)$/s.exec(record)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
