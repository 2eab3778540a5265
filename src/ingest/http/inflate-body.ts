import { pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import { errors } from '../errors.ts';

/** Limits of a request's body in bytes. */
export const bodyLimits = { compressed: 10_000_000, inflated: 100_000_000 };

/**
 * The bytes of a body, unpacked. Counted while they come, so that a small body cannot become a large one in memory.
 * Throws INGEST.UNKNOWN_ENCODING, INGEST.BODY_TOO_LARGE, INGEST.BODY_CORRUPT.
 */
export async function* inflateBody(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
): AsyncGenerator<Buffer> {
  const encoding = (contentEncoding ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') {
    yield* counted(body, bodyLimits.inflated, '100 MB');
    return;
  }
  const inflate = inflaterOf(encoding);
  const packed = Readable.from(counted(body, bodyLimits.compressed, '10 MB compressed'));
  // Errors reach the reader below through `inflate`; the callback only keeps them from being thrown again.
  pipeline(packed, inflate, () => {});
  try {
    yield* counted(inflate, bodyLimits.inflated, '100 MB inflated');
  } catch (error) {
    if (error instanceof FirebreakError) throw error;
    throw errors.BODY_CORRUPT([encoding, messageOf(error)], { cause: error });
  }
}

function inflaterOf(encoding: string) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'zstd') return createZstdDecompress();
  throw errors.UNKNOWN_ENCODING([encoding]);
}

async function* counted(body: AsyncIterable<unknown>, limit: number, limitText: string): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    const buffer =
      chunk instanceof Uint8Array
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > limit) throw errors.BODY_TOO_LARGE([limitText]);
    yield buffer;
  }
}
