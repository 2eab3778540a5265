import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { FirebreakError } from '../../base/errors.ts';
import { obtainPack } from './obtain-pack.ts';

const dir = mkdtempSync(join(tmpdir(), 'firebreak-archives-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rule = 'title: a\nid: a\nlogsource: {product: x}\ndetection:\n  s: {f: x}\n  condition: s\n';
let count = 0;

async function obtained(bytes: Buffer | string): Promise<string[] | string> {
  const path = typeof bytes === 'string' ? bytes : join(dir, `${(count += 1)}.archive`);
  if (typeof bytes !== 'string') writeFileSync(path, bytes);
  try {
    const pack = await obtainPack({ kind: 'archive', path, only: [] }, { scratch: dir, environment: {} });
    return [...pack.files.keys()];
  } catch (error) {
    return error instanceof FirebreakError ? error.code : String(error);
  }
}

/** A header as POSIX.1-2017 lays it out, with any name. */
function tarEntry(name: string, content: Buffer, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const tar = (...entries: Buffer[]) => gzipSync(Buffer.concat([...entries, Buffer.alloc(1_024)]));

interface ZipEntry {
  name: string;
  content: Buffer;
  /** What it says it unpacks to. */
  size?: number;
  mode?: number;
  flags?: number;
}

function zip(...entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, size = content.length, mode = 0o100644, flags = 0 } of entries) {
    const packed = deflateRawSync(content);
    const path = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(crc32(content), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, path, packed);
    central.push(entry, path);
    offset += 30 + path.length + packed.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, list, end]);
}

const content = Buffer.from(rule);

test('archives as tar and git make them are read: plain, packed, with long names, without their folder', async () => {
  const tree = join(dir, 'tree');
  const long = `${'d'.repeat(60)}/${'e'.repeat(60)}/${'f'.repeat(60)}.yml`;
  mkdirSync(join(tree, 'sigma-1', long, '..'), { recursive: true });
  writeFileSync(join(tree, 'sigma-1', 'a.yml'), rule);
  writeFileSync(join(tree, 'sigma-1', long), rule.replaceAll(' a\n', ' b\n'));
  writeFileSync(join(tree, 'sigma-1', 'LICENSE'), 'Apache License\nVersion 2.0, January 2004\n');
  symlinkSync('/etc/passwd', join(tree, 'sigma-1', 'z.yml'));
  for (const [name, ...args] of [
    ['gnu.tar.gz', '--format=gnu', '-z'],
    ['pax.tar.gz', '--format=pax', '-z'],
    ['plain.tar', '--format=ustar'],
  ] as const) {
    execFileSync('tar', [...args, '-cf', join(dir, name), '-C', tree, 'sigma-1']);
    expect(await obtained(join(dir, name)), name).toEqual(['LICENSE', 'a.yml', long]);
  }
  expect(await obtained(zip({ name: 'sigma-1/a.yml', content }, { name: 'sigma-1/b/c.yml', content }))).toEqual([
    'a.yml',
    'b/c.yml',
  ]);
});

test.each([
  '../a.yml',
  'x/../../a.yml',
  '/etc/a.yml',
  'C:/a.yml',
  'x\\..\\a.yml',
  'a\u001b[2J.yml',
  'x//a.yml',
  './../a.yml',
])('a name that leaves the folder is refused with the archive: %j', async (name) => {
  expect(await obtained(tar(tarEntry('ok.yml', content), tarEntry(name, content)))).toBe('CONTENT.UNSAFE_PATH');
  expect(await obtained(zip({ name: 'ok.yml', content }, { name, content }))).toBe('CONTENT.UNSAFE_PATH');
  const pax = Buffer.from(`${String(name.length + 9)} path=${name}\n`);
  expect(await obtained(tar(tarEntry('ok.yml', content), tarEntry('x', pax, 'x'), tarEntry('a.yml', content)))).toBe(
    'CONTENT.UNSAFE_PATH',
  );
});

test('a name that is there twice is refused, and links and devices are left out', async () => {
  expect(await obtained(tar(tarEntry('a.yml', content), tarEntry('./a.yml', content)))).toBe('CONTENT.UNSAFE_PATH');
  const nothing = Buffer.alloc(0);
  const odd = ['1', '2', '3', '4', '6'].map((type) => tarEntry(`x${type}.yml`, nothing, type));
  expect(await obtained(tar(tarEntry('a.yml', content), ...odd))).toEqual(['a.yml']);
  expect(await obtained(zip({ name: 'a.yml', content }, { name: 'b.yml', content, mode: 0o120777 }))).toEqual([
    'a.yml',
  ]);
});

test('bombs end early: much from little, one file that is all, too many files, too deep', async () => {
  // gzip may be written one piece after the other: half a megabyte of it is half a gigabyte.
  const zeros = Buffer.alloc(32 << 20);
  const [header, piece] = [gzipSync(tarEntry('a.bin', zeros).subarray(0, 512)), gzipSync(zeros)];
  const pieces = Array.from({ length: 18 }, () => [header, piece]).flat();
  expect(await obtained(Buffer.concat([gzipSync(tarEntry('a.yml', content)), ...pieces]))).toBe('CONTENT.TOO_LARGE');
  const large = Buffer.alloc(3 << 20, 'a');
  expect(await obtained(tar(tarEntry('a.yml', content), tarEntry('large.yml', large)))).toEqual(['a.yml']);
  expect(await obtained(zip({ name: 'a.yml', content }, { name: 'large.yml', content: large }))).toEqual(['a.yml']);
  // It says that it is small.
  expect(await obtained(zip({ name: 'a.yml', content: large, size: 1_000 }))).toBe('CONTENT.DAMAGED');
  const claims = Array.from({ length: 600 }, (_, index) => ({ name: `${index}.bin`, content, size: 2 << 20 }));
  expect(await obtained(zip({ name: 'a.yml', content }, ...claims))).toBe('CONTENT.TOO_LARGE');
  const many = Array.from({ length: 50_001 }, (_, index) => tarEntry(`${index}.txt`, Buffer.alloc(0)));
  expect(await obtained(tar(...many))).toBe('CONTENT.TOO_LARGE');
  expect(await obtained(tar(tarEntry(`${'d/'.repeat(17)}a.yml`, content)))).toBe('CONTENT.TOO_LARGE');
});

test('a file of a zip is unpacked to the size it says, and no further', async () => {
  const path = join(dir, 'bomb.zip');
  writeFileSync(path, zip({ name: 'a.yml', content: Buffer.alloc(8 << 20), size: 1_000 }));
  await expect(
    obtainPack({ kind: 'archive', path, only: [] }, { scratch: dir, environment: {} }),
  ).rejects.toMatchObject({ code: 'CONTENT.DAMAGED', cause: { code: 'ERR_BUFFER_TOO_LARGE' } });
});

test('what is torn, encrypted or no archive is told', async () => {
  const whole = tar(tarEntry('a.yml', content));
  expect(await obtained(whole.subarray(0, whole.length - 20))).toBe('CONTENT.DAMAGED');
  const bent = Buffer.from(tarEntry('a.yml', content));
  bent[10] = 65;
  expect(await obtained(gzipSync(bent))).toBe('CONTENT.DAMAGED');
  const packed = zip({ name: 'a.yml', content });
  for (const length of [10, 40, packed.length - 1])
    expect(await obtained(packed.subarray(0, length))).toBe('CONTENT.DAMAGED');
  expect(await obtained(zip({ name: 'a.yml', content, flags: 1 }))).toBe('CONTENT.DAMAGED');
  expect(await obtained(Buffer.from('hello'))).toBe('CONTENT.DAMAGED');
  expect(await obtained(Buffer.alloc(0))).toBe('CONTENT.DAMAGED');
  // Every byte of a zip turned over: an error of ours, or a file list, and never anything else.
  for (let at = 0; at < packed.length; at += 1) {
    const bad = Buffer.from(packed);
    bad.writeUInt8((bad[at] ?? 0) ^ 0xff, at);
    const result = await obtained(bad);
    expect(Array.isArray(result) || result.startsWith('CONTENT.'), `${at}: ${String(result)}`).toBe(true);
  }
  expect(readdirSync(dir).filter((name) => name.startsWith('.'))).toEqual([]);
});
