export interface SplitLine {
  /** Where it begins in the stream. */
  offset: number;
  /** Without its line end; cut to the limit. */
  bytes: Buffer;
  /** The length it had, when it was cut. */
  truncatedFromBytes?: number;
}

/** Cuts a stream of bytes into lines; keeps at most one unfinished line of `maxBytes` in memory. */
export interface LineSplitter {
  /** The lines that end in this chunk. Their bytes may be views of it: use them before it is written again. */
  push(chunk: Buffer): SplitLine[];
  /** The unfinished line, if any, as if it had ended; the splitter goes on behind it. */
  flush(): SplitLine | undefined;
  /** Where the unfinished line begins: everything before it was given out. */
  offset(): number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

export function createLineSplitter(maxBytes: number, startOffset = 0): LineSplitter {
  let lineStart = startOffset;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  /** Bytes of the unfinished line so far, kept or not. */
  let length = 0;
  let endsInReturn = false;

  function keep(part: Buffer, copy: boolean): void {
    const room = part.subarray(0, Math.max(0, maxBytes + 1 - keptBytes));
    if (room.length > 0) kept.push(copy ? Buffer.from(room) : room);
    keptBytes += room.length;
    length += part.length;
    if (part.length > 0) endsInReturn = part[part.length - 1] === carriageReturn;
  }

  function finish(terminator: number): SplitLine {
    const lineLength = endsInReturn ? length - 1 : length;
    const all = kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept);
    const line: SplitLine = { offset: lineStart, bytes: all.subarray(0, Math.min(lineLength, all.length)) };
    if (lineLength > maxBytes) {
      line.bytes = cutAtCharacter(all, maxBytes);
      line.truncatedFromBytes = lineLength;
    }
    lineStart += length + terminator;
    kept = [];
    keptBytes = 0;
    length = 0;
    endsInReturn = false;
    return line;
  }

  return {
    push(chunk) {
      const lines: SplitLine[] = [];
      let from = 0;
      for (;;) {
        const end = chunk.indexOf(newline, from);
        if (end === -1) break;
        keep(chunk.subarray(from, end), false);
        lines.push(finish(1));
        from = end + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from), true);
      return lines;
    },
    flush: () => (length === 0 ? undefined : finish(0)),
    offset: () => lineStart,
  };
}

/** The first `maxBytes` bytes, less a UTF-8 character that would be cut in two. */
export function cutAtCharacter(bytes: Buffer, maxBytes: number): Buffer {
  let end = Math.min(maxBytes, bytes.length);
  for (let back = 0; back < 3 && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80; back += 1) end -= 1;
  return bytes.subarray(0, end);
}
