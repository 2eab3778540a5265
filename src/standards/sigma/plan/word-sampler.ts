import { indexFold } from './index-fold.ts';

/** Finds which of many texts stand somewhere in a value, in time that hardly depends on how many there are. */
export interface WordSampler {
  /** @param onFound the position of a text in the list, perhaps more than once */
  scan(value: string, onFound: (index: number) => void): void;
}

interface Entry {
  index: number;
  text: string;
  /** Where the word stands in the text. */
  offset: number;
}

/** Words at every fourth byte see each text of seven bytes or more, at every second those of five, at every one those of four. */
const strides = [
  { step: 4, least: 7 },
  { step: 2, least: 5 },
  { step: 1, least: 4 },
] as const;
const wordBytes = 4;
/** Sets the bit that tells small from capital letters in ASCII and Latin 1: sloppy, and the same on both sides. */
const sloppy = 0x20_20_20_20;

let buffer = Buffer.alloc(65_536);
let words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);

/** The value's characters as bytes, each cut to its low eight bits. */
function write(value: string): void {
  if (value.length > buffer.length) {
    buffer = Buffer.alloc(2 * value.length + wordBytes);
    words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);
  }
  buffer.write(value, 'latin1');
}

/** @param texts index-folded, none empty */
export function createWordSampler(texts: readonly string[]): WordSampler {
  const short: number[] = [];
  const groups = strides.map(({ step }) => ({ step, entries: new Map<number, Entry[]>() }));
  const shares = wordShares(texts);
  for (const [index, text] of texts.entries()) {
    const at = strides.findIndex(({ least }) => text.length >= least);
    const group = groups[at];
    if (!group) short.push(index);
    else for (const offset of rarestOffsets(text, group.step, shares)) put(group.entries, { index, text, offset });
  }
  const samplers = groups.filter(({ entries }) => entries.size > 0).map(({ step, entries }) => sampler(step, entries));

  return {
    scan(value, onFound) {
      const isWide = /[^\0-\xff]/.test(value);
      let folded = isWide ? indexFold(value) : undefined;
      const source = folded ?? value;
      if (samplers.length > 0 && source.length >= wordBytes) {
        write(source);
        for (const sample of samplers)
          sample(source.length, (entries, at) => {
            folded ??= indexFold(value);
            for (const { index, text, offset } of entries)
              if (at >= offset && folded.startsWith(text, at - offset)) onFound(index);
          });
      }
      if (short.length === 0) return;
      folded ??= indexFold(value);
      for (const index of short) if (folded.includes(texts[index] ?? '')) onFound(index);
    },
  };
}

function put(entries: Map<number, Entry[]>, entry: Entry): void {
  const word = wordAt(entry.text, entry.offset);
  const there = entries.get(word);
  if (there) there.push(entry);
  else entries.set(word, [entry]);
}

function wordAt(text: string, at: number): number {
  let word = 0;
  for (let byte = wordBytes - 1; byte >= 0; byte -= 1) word = (word << 8) | (text.charCodeAt(at + byte) & 0xff);
  return word | sloppy;
}

/** How many of the texts have a word: what many rules look for is what logs are full of. */
function wordShares(texts: readonly string[]): Map<number, number> {
  const shares = new Map<number, number>();
  for (const text of texts) {
    const own = new Set<number>();
    for (let at = 0; at + wordBytes <= text.length; at += 1) own.add(wordAt(text, at));
    for (const word of own) shares.set(word, (shares.get(word) ?? 0) + 1);
  }
  return shares;
}

/** For each way a text can lie to the samples, the offset of its rarest word that a sample meets. */
function rarestOffsets(text: string, step: number, shares: ReadonlyMap<number, number>): number[] {
  return Array.from({ length: step }, (_, first) => {
    let best = first;
    for (let at = first; at + wordBytes <= text.length; at += step) {
      if ((shares.get(wordAt(text, at)) ?? 0) < (shares.get(wordAt(text, best)) ?? 0)) best = at;
    }
    return best;
  });
}

type Sample = (length: number, onWord: (entries: readonly Entry[], at: number) => void) => void;

/** A bitmap, as large as the words need, says no to nearly everything. */
function sampler(step: number, entries: ReadonlyMap<number, readonly Entry[]>): Sample {
  const bits = Math.max(10, Math.ceil(Math.log2(entries.size * 16)));
  const shift = 32 - bits;
  const bitmap = new Int32Array(1 << (bits - 5));
  for (const word of entries.keys()) {
    const hash = Math.imul(word, 0x9e_37_79_b1) >>> shift;
    bitmap[hash >> 5] = (bitmap[hash >> 5] ?? 0) | (1 << (hash & 31));
  }
  if (step === 4)
    return (length, onWord) => {
      const count = length >> 2;
      for (let at = 0; at < count; at += 1) {
        const word = (words[at] ?? 0) | sloppy;
        const hash = Math.imul(word, 0x9e_37_79_b1) >>> shift;
        if (((bitmap[hash >> 5] ?? 0) & (1 << (hash & 31))) === 0) continue;
        const found = entries.get(word);
        if (found) onWord(found, at << 2);
      }
    };
  return (length, onWord) => {
    for (let at = 0; at + wordBytes <= length; at += step) {
      const word = buffer.readInt32LE(at) | sloppy;
      const hash = Math.imul(word, 0x9e_37_79_b1) >>> shift;
      if (((bitmap[hash >> 5] ?? 0) & (1 << (hash & 31))) === 0) continue;
      const found = entries.get(word);
      if (found) onWord(found, at);
    }
  };
}
