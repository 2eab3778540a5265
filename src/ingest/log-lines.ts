import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf } from '../base/errors.ts';
import { errors } from './errors.ts';
import { problemOf } from './file/problem-of.ts';
import { createLineSplitter, type SplitLine } from './split-lines.ts';

export interface LogLine {
  /** From 1; lines without text are counted and not given. */
  number: number;
  text: string;
}

const usualMaxBytes = 16 * 1024 * 1024;
/** Enough of the beginning to know how it is packed. */
const markBytes = 4;

/**
 * The lines of a log, one after the other, however large it is: of a file, or of a stream such as standard input. What begins
 * as gzip or zstd do is unpacked. A longer line is cut; bytes that are no UTF-8 become U+FFFD, a mark of byte order is left out.
 * Throws what hinders reading, and INGEST.REPLAY_CORRUPT for a torn archive: the lines before were given.
 */
export async function* logLines(from: string | Readable, maxBytes = usualMaxBytes): AsyncGenerator<LogLine> {
  const source = typeof from === 'string' ? createReadStream(from) : from;
  const name = typeof from === 'string' ? from : 'standard input';
  const splitter = createLineSplitter(maxBytes);
  let number = 0;
  const read = (lines: readonly SplitLine[]) =>
    lines.flatMap(({ bytes }): LogLine[] => {
      number += 1;
      const text = bytes.toString('utf8');
      const plain = number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
      return plain === '' ? [] : [{ number, text: plain }];
    });
  let isUnpacking = false;
  try {
    const { head, rest } = await beginningOf(source);
    const unpack = unpackerOf(head);
    isUnpacking = unpack !== undefined;
    const bytes = Readable.from(joined(head, rest), { objectMode: false });
    // Errors reach the reader through the stream; the callback only keeps them from being thrown again.
    for await (const chunk of unpack ? pipeline(bytes, unpack, () => {}) : bytes)
      yield* read(splitter.push(Buffer.from(chunk)));
    const last = splitter.flush();
    if (last) yield* read([last]);
  } catch (error) {
    if (isUnpacking && !isOfSystem(error))
      throw errors.REPLAY_CORRUPT([name, messageOf(error)], { cause: error, where: { file: name } });
    throw problemOf(name, error);
  } finally {
    source.destroy();
  }
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function beginningOf(source: Readable): Promise<{ head: Buffer; rest: AsyncIterator<unknown> }> {
  const rest = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < markBytes) {
    const next = await rest.next();
    if (next.done) break;
    head = Buffer.concat([head, Buffer.from(next.value)]);
  }
  return { head, rest };
}

async function* joined(head: Buffer, rest: AsyncIterator<unknown>): AsyncGenerator<unknown> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function unpackerOf(head: Buffer) {
  const mark = head.toString('hex');
  if (mark.startsWith('1f8b')) return createGunzip();
  // RFC 8878 §3.1.1; archives may have been made with a long window.
  if (mark.startsWith('28b52ffd')) return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } });
  return undefined;
}
