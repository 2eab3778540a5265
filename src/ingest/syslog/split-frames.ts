import { createLineSplitter, cutAtCharacter, type SplitLine } from '../split-lines.ts';

/** A message of a connection; its offset counts bytes of the connection. */
export type Frame = SplitLine;

/** Cuts the bytes of one TCP or TLS connection into syslog messages (RFC 6587). */
export interface FrameSplitter {
  /** The messages that end in this chunk. */
  push(chunk: Buffer): Frame[];
  /** Why nothing more can be read from this connection; undefined while all is well. */
  problem(): string | undefined;
  /** The unfinished message at the end of the connection. */
  flush(): Frame | undefined;
}

const space = 0x20;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
/** RFC 6587 MSG-LEN: a length of more digits is no length. */
const maxDigits = 9;

/**
 * The framing is told by the first bytes: `<length> <` is octet counting, all else is lines. A connection keeps its
 * framing. At most one message of `maxBytes` is in memory; the length may come in a read of its own.
 */
export function createFrameSplitter(maxBytes: number): FrameSplitter {
  let chosen: FrameSplitter | undefined;
  let start = Buffer.alloc(0);
  return {
    push(chunk) {
      if (chosen) return chosen.push(chunk);
      start = Buffer.concat([start, chunk]);
      const framing = framingOf(start);
      if (!framing) return [];
      chosen = framing === 'counted' ? countedFrames(maxBytes) : lineFrames(maxBytes);
      return chosen.push(start);
    },
    flush() {
      if (chosen) return chosen.flush();
      const lines = lineFrames(maxBytes);
      lines.push(start);
      return lines.flush();
    },
    problem: () => chosen?.problem(),
  };
}

/** undefined: more bytes are needed to tell. */
function framingOf(start: Buffer): 'counted' | 'lines' | undefined {
  let digits = 0;
  while (digits < start.length && digits <= maxDigits && isDigit(start[digits] ?? 0)) digits += 1;
  if (digits === start.length && digits <= maxDigits) return undefined;
  if (digits === 0 || digits > maxDigits || start[0] === 0x30 || start[digits] !== space) return 'lines';
  if (start.length === digits + 1) return undefined;
  return start[digits + 1] === 0x3c ? 'counted' : 'lines';
}

function lineFrames(maxBytes: number): FrameSplitter {
  const splitter = createLineSplitter(maxBytes);
  return { push: (chunk) => splitter.push(chunk), flush: () => splitter.flush(), problem: () => undefined };
}

function countedFrames(maxBytes: number): FrameSplitter {
  let offset = 0;
  let digits = '';
  /** Bytes of the message that are still to come; undefined while its length is read. */
  let missing: number | undefined;
  let length = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let problem: string | undefined;

  function finish(): Frame {
    const all = Buffer.concat(kept);
    const frame: Frame = { offset, bytes: withoutNewline(cutAtCharacter(all, maxBytes)) };
    if (length > maxBytes) frame.truncatedFromBytes = length;
    offset += length;
    kept = [];
    keptBytes = 0;
    missing = undefined;
    return frame;
  }

  function readDigit(byte: number): void {
    if (isDigit(byte) && digits.length < maxDigits) digits += String.fromCharCode(byte);
    // Some senders put a newline behind a counted message.
    else if (byte === 0x0a && digits === '') return;
    else if (byte === space && digits !== '') {
      length = Number(digits);
      missing = length;
      digits = '';
    } else problem = `A message must begin with its length, not with byte 0x${byte.toString(16)}.`;
  }

  return {
    push(chunk) {
      const frames: Frame[] = [];
      let at = 0;
      while (at < chunk.length && problem === undefined) {
        if (missing === undefined) {
          readDigit(chunk[at] ?? 0);
          at += 1;
        } else {
          const part = chunk.subarray(at, at + missing);
          const room = part.subarray(0, Math.max(0, maxBytes + 1 - keptBytes));
          if (room.length > 0) kept.push(Buffer.from(room));
          keptBytes += room.length;
          missing -= part.length;
          at += part.length;
        }
        if (missing === 0) frames.push(finish());
      }
      return frames;
    },
    flush() {
      if (missing === undefined || keptBytes === 0) return undefined;
      length -= missing;
      return finish();
    },
    problem: () => problem,
  };
}

function withoutNewline(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return bytes.subarray(0, end);
}
