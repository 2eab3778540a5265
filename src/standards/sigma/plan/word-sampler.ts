import type { Candidates } from './candidates.ts';
import { indexFold } from './index-fold.ts';
import type { Looked } from './text-trie.ts';

/** Finds which of many texts stand somewhere in a value, in time that hardly depends on how many there are. */
export interface WordSampler {
  scan(value: string, into: Candidates): void;
}

interface Entry extends Looked {
  /** Where the word stands in the text. */
  offset: number;
}

/**
 * Words of four bytes at every fourth byte see each text of seven bytes or more, at every second those of five, at every one
 * those of four; shorter texts have shorter words.
 */
const strides = [
  { step: 4, width: 4, least: 7 },
  { step: 2, width: 4, least: 5 },
  { step: 1, width: 4, least: 4 },
  { step: 1, width: 3, least: 3 },
  { step: 1, width: 2, least: 2 },
  { step: 1, width: 1, least: 1 },
] as const;
type Stride = (typeof strides)[number];
/** Room behind a value, so that a word can be read at its last byte. */
const slackBytes = 4;
/** Sets the bit that tells small from capital letters in ASCII and Latin 1: sloppy, and the same on both sides. */
const sloppy = 0x20_20_20_20;

let buffer = Buffer.alloc(65_536);
let words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);

/** The value's characters as bytes, each cut to its low eight bits. */
function write(value: string): void {
  if (value.length + slackBytes > buffer.length) {
    buffer = Buffer.alloc(2 * value.length + 2 * slackBytes);
    words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);
  }
  buffer.write(value, 'latin1');
}

/** @param looked none of them is empty */
export function createWordSampler(looked: readonly Looked[]): WordSampler {
  const groups = strides.map((stride) => ({ stride, looked: [] as Looked[] }));
  for (const one of looked) groups[strides.findIndex(({ least }) => one.text.length >= least)]?.looked.push(one);
  const samplers = groups.flatMap(({ stride, looked: ofIt }) =>
    ofIt.length === 0 ? [] : [sampler(stride, entriesOf(ofIt, stride))],
  );
  const least = Math.min(...looked.map(({ text }) => text.length));

  return {
    scan(value, into) {
      const isWide = /[^\0-\xff]/.test(value);
      // Only what is not Latin 1 can become longer by folding.
      if (value.length < least && !isWide) return;
      const source = isWide ? indexFold(value) : value;
      write(source);
      for (const sample of samplers) sample(source, isWide, into);
    },
  };
}

/** By the word that stands at `offset` in a text. */
function entriesOf(looked: readonly Looked[], stride: Stride): Map<number, Entry[]> {
  const entries = new Map<number, Entry[]>();
  const shares = wordShares(looked, stride.width);
  for (const one of looked)
    for (const offset of rarestOffsets(one.text, stride, shares)) {
      const word = wordAt(one.text, offset, stride.width);
      entries.set(word, [...(entries.get(word) ?? []), { ...one, offset }]);
    }
  return entries;
}

function wordAt(text: string, at: number, width: number): number {
  let word = 0;
  for (let byte = width - 1; byte >= 0; byte -= 1) word = (word << 8) | (text.charCodeAt(at + byte) & 0xff);
  return word | (sloppy & maskOf(width));
}

const maskOf = (width: number) => (width === 4 ? -1 : 2 ** (8 * width) - 1);

/** How many of the texts have a word: what many rules look for is what logs are full of. */
function wordShares(looked: readonly Looked[], width: number): Map<number, number> {
  const shares = new Map<number, number>();
  for (const { text } of looked) {
    const own = new Set<number>();
    for (let at = 0; at + width <= text.length; at += 1) own.add(wordAt(text, at, width));
    for (const word of own) shares.set(word, (shares.get(word) ?? 0) + 1);
  }
  return shares;
}

/** For each way a text can lie to the samples, the offset of its rarest word that a sample meets. */
function rarestOffsets(text: string, { step, width }: Stride, shares: ReadonlyMap<number, number>): number[] {
  const shareAt = (at: number) => shares.get(wordAt(text, at, width)) ?? 0;
  return Array.from({ length: step }, (_, first) => {
    let best = first;
    for (let at = first; at + width <= text.length; at += step) if (shareAt(at) < shareAt(best)) best = at;
    return best;
  });
}

/** @param source what was written; `isFolded`: it is folded already */
type Sample = (source: string, isFolded: boolean, into: Candidates) => void;

/** A bitmap, as large as the words need, says no to nearly everything. */
function sampler({ step, width }: Stride, entries: ReadonlyMap<number, readonly Entry[]>): Sample {
  const bits = Math.max(10, Math.ceil(Math.log2(entries.size * 16)));
  const shift = 32 - bits;
  const bitmap = new Int32Array(1 << (bits - 5));
  for (const word of entries.keys()) {
    const hash = Math.imul(word, 0x9e_37_79_b1) >>> shift;
    bitmap[hash >> 5] = (bitmap[hash >> 5] ?? 0) | (1 << (hash & 31));
  }
  const mask = maskOf(width);
  const small = sloppy & mask;

  function check(word: number, at: number, folded: string, into: Candidates): void {
    for (const { text, offset, rules } of entries.get(word) ?? [])
      if (at >= offset && folded.startsWith(text, at - offset)) into.add(rules);
  }

  return (source, isFolded, into) => {
    let folded = isFolded ? source : undefined;
    const last = source.length - width;
    for (let at = 0; at <= last; at += step) {
      const whole =
        step === 4
          ? (words[at >> 2] ?? 0)
          : (buffer[at] ?? 0) |
            ((buffer[at + 1] ?? 0) << 8) |
            ((buffer[at + 2] ?? 0) << 16) |
            ((buffer[at + 3] ?? 0) << 24);
      const word = (whole & mask) | small;
      const hash = Math.imul(word, 0x9e_37_79_b1) >>> shift;
      if (((bitmap[hash >> 5] ?? 0) & (1 << (hash & 31))) === 0) continue;
      folded ??= indexFold(source);
      check(word, at, folded, into);
    }
  };
}
