import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { hasCode } from '../../base/has-code.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { sendOutbound } from '../../connector/index.ts';

const timeoutMs = 10_000;
const pauseMs = { first: 1_000, most: 300_000 };
/** Longest line: 10,000 leaf hashes in base64, and the note. */
const maxLineBytes = 4_000_000;

/**
 * Sends the lines of a file of checkpoints to a URL, in their order: one POST each (`application/json`, the signed note in
 * `note`), so that what a receiver collects is a file that `ledger verify` reads. Where it stands is kept beside the file; a
 * line goes again until it is answered with 2xx, and may arrive twice. The sequencer never waits for it.
 */
export function createCheckpointShipper(options: {
  file: string;
  url: string;
  allowPrivate: boolean;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}): { turn(): Promise<boolean> } {
  const { file, url, clock, log } = options;
  const placeFile = `${file}.sent`;
  let failures = 0;
  let retryAt = 0;

  async function post(line: Buffer): Promise<string | undefined> {
    const result = await sendOutbound({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: line,
      timeoutMs,
      maxAnswerBytes: 65_536,
      allowPrivate: options.allowPrivate,
      signal: options.signal,
    });
    if (result.outcome !== 'answered') return result.detail;
    const { status } = result.answer;
    return status >= 200 && status < 300 ? undefined : `It answered ${status}.`;
  }

  return {
    async turn() {
      if (clock.now() < retryAt) return false;
      const found = await lineAt(file, await placeOf(placeFile));
      if (!found) return false;
      const { line, place } = found;
      const problem = await post(line);
      if (problem !== undefined) {
        const waitMs = Math.min(pauseMs.most, pauseMs.first * 2 ** Math.min(failures, 16));
        failures += 1;
        retryAt = clock.now() + waitMs;
        log.warn(
          { url: new URL(url).origin, error: problem, waitMs },
          'A ledger checkpoint could not be sent off this machine; it is tried again.',
        );
        return false;
      }
      failures = 0;
      await writeFile(`${placeFile}.new`, `${place + line.length + 1}\n`);
      await rename(`${placeFile}.new`, placeFile);
      return true;
    },
  };
}

async function placeOf(placeFile: string): Promise<number> {
  const place = Number(await readFile(placeFile, 'utf8').catch(() => '0'));
  return Number.isSafeInteger(place) && place >= 0 ? place : 0;
}

/** The line that begins at this byte, without its end; undefined while it is not whole. */
async function lineAt(path: string, place: number): Promise<{ line: Buffer; place: number } | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`The file of checkpoints cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    // A shorter file than before is another one (restored from a backup): from its beginning.
    const from = size < place ? 0 : place;
    const bytes = Buffer.alloc(Math.min(maxLineBytes, size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, bytesRead).indexOf(0x0a);
    return end === -1 ? undefined : { line: bytes.subarray(0, end), place: from };
  } finally {
    await file.close();
  }
}
