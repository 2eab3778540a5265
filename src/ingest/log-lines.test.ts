import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { logLines } from './log-lines.ts';

const dir = mkdtempSync(join(tmpdir(), 'log-lines-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function linesOf(from: string | Readable, maxBytes?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { number, text } of logLines(from, maxBytes)) found.push(`${number} ${text}`);
  return found;
}
const text = '\ufeffone\r\n\n three\u2028still\nlast';

test('lines are counted from one, and empty ones are counted and not given', async () => {
  expect(await linesOf(Readable.from([Buffer.from(text)]))).toEqual(['1 one', '3  three\u2028still', '4 last']);
  expect(await linesOf(Readable.from([]))).toEqual([]);
});

test('what is packed is known by its first bytes, not by its name, however it is cut into pieces', async () => {
  for (const [name, bytes] of [
    ['plain', Buffer.from(text)],
    ['gzip', gzipSync(text)],
    ['two members', Buffer.concat([gzipSync('\ufeffone\r\n\n three'), gzipSync('\u2028still\nlast')])],
    ['zstd', zstdCompressSync(text)],
  ] as const) {
    writeFileSync(join(dir, name), bytes);
    expect(await linesOf(join(dir, name)), name).toHaveLength(3);
    const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect(await linesOf(Readable.from(pieces)), name).toHaveLength(3);
  }
});

test('bytes that are no UTF-8 and lines that are too long are read as far as they go', async () => {
  expect(await linesOf(Readable.from([Buffer.from([0x61, 0xff, 0x0a, 0x62])]))).toEqual(['1 a\ufffd', '2 b']);
  expect(await linesOf(Readable.from([Buffer.from('abcdef\ngh')]), 4)).toEqual(['1 abcd', '2 gh']);
});

test('a file that is not there and a torn archive say so; the lines before the damage were given', async () => {
  await expect(linesOf(join(dir, 'away'))).rejects.toMatchObject({ code: 'INGEST.FILE_MISSING' });
  const whole = gzipSync(Array.from({ length: 50_000 }, (_, at) => `line ${at} ${Math.sin(at)}`).join('\n'));
  const found: string[] = [];
  const read = async () => {
    for await (const { text: line } of logLines(Readable.from([whole.subarray(0, whole.length >> 1)])))
      found.push(line);
  };
  await expect(read()).rejects.toMatchObject({ code: 'INGEST.REPLAY_CORRUPT' });
  expect(found.length).toBeGreaterThan(1_000);
});
