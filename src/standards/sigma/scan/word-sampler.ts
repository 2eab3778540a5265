import type { Candidates } from './candidates.ts';
import {
  createWordTable,
  hashFactor,
  maskOf,
  sloppy,
  wordAt,
  wordShares,
  type Looked,
  type Met,
  type WordTable,
} from './word-table.ts';

/** Finds which of many texts stand somewhere in a value, in time that hardly depends on how many there are. */
export interface WordSampler {
  /** Gives the characters it has looked at, or-ed, as `PlaceProber` does. */
  sample(value: string, folded: () => string, into: Candidates): number;
}

/**
 * Words of four characters at every fourth see each text of seven or more, at every second those of five, at every one those of
 * four; shorter texts have shorter words.
 */
export const strides = [
  { step: 4, width: 4, least: 7 },
  { step: 2, width: 4, least: 5 },
  { step: 1, width: 4, least: 4 },
  { step: 1, width: 3, least: 3 },
  { step: 1, width: 2, least: 2 },
  { step: 1, width: 1, least: 1 },
] as const;
type Stride = (typeof strides)[number];

export const strideOf = (text: string): Stride | undefined => strides.find(({ least }) => text.length >= least);

/** Longer values are copied, which costs as much as reading this many characters in place. */
const copiedFrom = 32;
/** What is copied at once; a multiple of four. */
const chunk = 65_536;
/** Room for a word that begins at the last byte. */
const buffer = Buffer.alloc(chunk + 8);
const words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);

type Sampling = Stride & { table: WordTable };

/**
 * @param looked none of them is empty
 * @param seen texts in which words are common: they tell little
 */
export function createWordSampler(looked: readonly Looked[], seen: readonly string[]): WordSampler {
  const samplings = [...Map.groupBy(looked, ({ text }) => strideOf(text))].flatMap(([stride, ofIt]): Sampling[] =>
    stride ? [{ ...stride, table: createWordTable(metOf(ofIt, stride, seen)) }] : [],
  );
  const least = Math.min(...looked.map(({ text }) => text.length));

  return {
    sample(value, folded, into) {
      if (value.length < least) return 0;
      if (value.length < copiedFrom) {
        let seen = 0;
        for (const sampling of samplings) seen |= readInPlace(value, sampling, folded, into);
        return seen;
      }
      let seen = 0;
      for (let from = 0; from < value.length; from += chunk) {
        const part = from === 0 && value.length <= chunk ? value : value.slice(from, from + chunk + 3);
        if (!copy(part)) seen = 0xff;
        for (const sampling of samplings)
          if (sampling.step === 4) readWords(value, from, part.length, sampling, folded, into);
          else readBytes(value, from, part.length, sampling, folded, into);
      }
      return seen;
    },
  };
}

/** What the buffer holds; the same value is mostly read by several samplers one after the other. */
let copied = '';
let isCopyAscii = true;

/** Whether all its characters are ASCII. */
export function isAscii(value: string): boolean {
  for (let from = 0; from < value.length; from += chunk)
    if (!copy(value.length <= chunk ? value : value.slice(from, from + chunk))) return false;
  return true;
}

const backslashes = 0x5c_5c_5c_5c;
const lettersU = 0x75_75_75_75;
const ones = 0x01_01_01_01;
const highs = -0x7f_7f_7f_80;

/** Whether it holds `\u` as JSON escapes a character. Four characters at once: paths are full of backslashes, each of which stops `includes`. */
export function hasEscape(value: string): boolean {
  const read = words;
  for (let from = 0; from < value.length; from += chunk) {
    const part = value.length <= chunk ? value : value.slice(from, from + chunk + 3);
    // Of what is not ASCII the low bytes: what looks like an escape there is none at a second look.
    copy(part);
    for (let at = part.length; at < part.length + 4; at += 1) buffer[at] = 0;
    const end = (part.length + 3) >> 2;
    let carried = 0;
    for (let at = 0; at < end;) {
      // The high bit of each byte that is zero after the difference: of a backslash.
      const a = (read[at] ?? 0) ^ backslashes;
      const b = (read[at + 1] ?? 0) ^ backslashes;
      const c = (read[at + 2] ?? 0) ^ backslashes;
      const d = (read[at + 3] ?? 0) ^ backslashes;
      const some = ((a - ones) & ~a) | ((b - ones) & ~b) | ((c - ones) & ~c) | ((d - ones) & ~d);
      if ((some & highs) === 0 && carried === 0 && at + 4 <= end) {
        at += 4;
        continue;
      }
      for (const last = Math.min(end, at + 4); at < last; at += 1) {
        const word = read[at] ?? 0;
        const slash = word ^ backslashes;
        const letter = word ^ lettersU;
        const slashAt = (slash - ones) & ~slash & highs;
        const letterAt = (letter - ones) & ~letter & highs;
        if ((((slashAt << 8) | carried) & letterAt) !== 0 && isEscapeIn(value, from + 4 * at)) return true;
        carried = slashAt >>> 24;
      }
    }
  }
  return false;
}

/** Among four characters: a `u` behind an odd number of backslashes. */
function isEscapeIn(value: string, from: number): boolean {
  for (let at = from; at < from + 4; at += 1) {
    if (value.charCodeAt(at) !== 0x75) continue;
    let before = at;
    while (before > 0 && value.charCodeAt(before - 1) === 0x5c) before -= 1;
    if ((at - before) % 2 === 1) return true;
  }
  return false;
}

/** False: what is copied is the low bytes of characters that are not all ASCII. */
function copy(part: string): boolean {
  if (part === copied) return isCopyAscii;
  copied = part;
  // UTF-8 has as many bytes as there are characters only where all are ASCII.
  isCopyAscii = buffer.write(part) === part.length;
  if (!isCopyAscii) buffer.write(part, 'latin1');
  return isCopyAscii;
}

function readInPlace(value: string, { step, width, table }: Sampling, folded: () => string, into: Candidates): number {
  const { bitmap, shift } = table;
  const last = value.length - width;
  const mask = maskOf(width);
  const small = sloppy & mask;
  const factor = hashFactor;
  let seen = 0;
  for (let at = 0; at <= last; at += step) {
    const first = value.charCodeAt(at);
    seen |= first;
    let word = first & 0xff;
    for (let byte = 1; byte < width; byte += 1) {
      const code = value.charCodeAt(at + byte);
      seen |= code;
      word |= (code & 0xff) << (8 * byte);
    }
    word |= small;
    const hash = Math.imul(word, factor) >>> shift;
    if ((((bitmap[hash >> 5] ?? 0) >>> hash) & 1) !== 0) check(table.of(word), at, value, folded, into);
  }
  return seen;
}

/** Every fourth place of the copy. `from`: where in the value the copy begins; `length`: of the copy. */
function readWords(
  value: string,
  from: number,
  length: number,
  { table }: Sampling,
  folded: () => string,
  into: Candidates,
): void {
  const { bitmap, shift } = table;
  // What another module exports is read anew at each use.
  const read = words;
  const small = sloppy;
  const factor = hashFactor;
  const end = length >> 2;
  let at = 0;
  // Four at a time: hardly any of them is let through, and each question that the processor has to guess costs more than a look.
  for (const last = end - 3; at < last; at += 4) {
    const a = Math.imul((read[at] ?? 0) | small, factor) >>> shift;
    const b = Math.imul((read[at + 1] ?? 0) | small, factor) >>> shift;
    const c = Math.imul((read[at + 2] ?? 0) | small, factor) >>> shift;
    const d = Math.imul((read[at + 3] ?? 0) | small, factor) >>> shift;
    const isOne =
      ((bitmap[a >> 5] ?? 0) >>> a) |
      ((bitmap[b >> 5] ?? 0) >>> b) |
      ((bitmap[c >> 5] ?? 0) >>> c) |
      ((bitmap[d >> 5] ?? 0) >>> d);
    if ((isOne & 1) !== 0) checkWords(at, at + 4, from, value, table, folded, into);
  }
  checkWords(at, end, from, value, table, folded, into);
}

/** Words one by one. */
function checkWords(
  first: number,
  end: number,
  from: number,
  value: string,
  table: WordTable,
  folded: () => string,
  into: Candidates,
): void {
  const { bitmap, shift } = table;
  for (let at = first; at < end; at += 1) {
    const word = (words[at] ?? 0) | sloppy;
    const hash = Math.imul(word, hashFactor) >>> shift;
    if ((((bitmap[hash >> 5] ?? 0) >>> hash) & 1) !== 0) check(table.of(word), from + 4 * at, value, folded, into);
  }
}

/** Every place of the copy, or every second one: from each two neighbouring words those that begin in the first. */
function readBytes(
  value: string,
  from: number,
  length: number,
  { step, width, table }: Sampling,
  folded: () => string,
  into: Candidates,
): void {
  const { bitmap, shift } = table;
  const last = length - width;
  const mask = maskOf(width);
  const read = words;
  const small = sloppy & mask;
  const factor = hashFactor;
  const isEach = step === 1;
  let high = read[0] ?? 0;
  for (let at = 0; at <= last; at += 4) {
    const low = high;
    high = read[(at >> 2) + 1] ?? 0;
    const a = Math.imul((low & mask) | small, factor) >>> shift;
    const c = Math.imul((((low >>> 16) | (high << 16)) & mask) | small, factor) >>> shift;
    let isOne = ((bitmap[a >> 5] ?? 0) >>> a) | ((bitmap[c >> 5] ?? 0) >>> c);
    if (isEach) {
      const b = Math.imul((((low >>> 8) | (high << 24)) & mask) | small, factor) >>> shift;
      const d = Math.imul((((low >>> 24) | (high << 8)) & mask) | small, factor) >>> shift;
      isOne |= ((bitmap[b >> 5] ?? 0) >>> b) | ((bitmap[d >> 5] ?? 0) >>> d);
    }
    if ((isOne & 1) === 0) continue;
    for (let place = at; place < at + 4 && place <= last; place += step) {
      const bits = (place & 3) << 3;
      const word = ((bits === 0 ? low : (low >>> bits) | (high << (32 - bits))) & mask) | small;
      const hash = Math.imul(word, factor) >>> shift;
      if ((((bitmap[hash >> 5] ?? 0) >>> hash) & 1) !== 0) check(table.of(word), from + place, value, folded, into);
    }
  }
}

/** @param met what stands in the table for a word that was read at `at` */
function check(
  met: readonly Met[] | undefined,
  at: number,
  value: string,
  folded: () => string,
  into: Candidates,
): void {
  if (!met) return;
  const text = folded();
  const isShifted = text.length !== value.length;
  // A long value that is not ASCII is read once more as it is folded.
  if (isShifted && value.length >= copiedFrom) return;
  const { round } = into;
  for (const one of met) {
    // One letter again and again would be found at every place.
    if (one.foundIn === round) continue;
    const isThere = isShifted
      ? text.includes(one.text)
      : at >= one.offset && text.startsWith(one.text, at - one.offset);
    if (!isThere) continue;
    one.foundIn = round;
    into.add(one.rules);
  }
}

/** For each way a text can lie to the samples, its rarest word that a sample meets. */
function metOf(
  looked: readonly Looked[],
  { step, width }: Stride,
  seen: readonly string[],
): { word: number; met: Met }[] {
  const shares = wordShares(
    looked.map(({ text }) => text),
    width,
  );
  const common = wordShares(seen, width);
  return looked.flatMap((one) => {
    const { text } = one;
    const shareAt = (at: number) => {
      const word = wordAt(text, at, width);
      return (shares.get(word) ?? 0) + looked.length * (common.get(word) ?? 0);
    };
    return Array.from({ length: step }, (_, first) => {
      let best = first;
      for (let at = first; at + width <= text.length; at += step) if (shareAt(at) < shareAt(best)) best = at;
      return { word: wordAt(text, best, width), met: { ...one, offset: best, foundIn: 0 } };
    });
  });
}
