import type { Anchor } from './anchor.ts';

/** A text that is looked for, index-folded, with the rules that may match where it is found. */
export interface Looked {
  kind: Exclude<Anchor['kind'], 'number' | 'present'>;
  text: string;
  rules: readonly number[];
}

/** A text that may stand where a word was met. */
export interface Met extends Looked {
  /** Where the word stands in the text. */
  offset: number;
  /** The round of the candidates in which it was found. */
  foundIn?: number;
}

/** Which texts a word of up to four characters may belong to. */
export interface WordTable {
  /** A bit for each hash of a word: says no to nearly every other word. */
  readonly bitmap: Int32Array;
  readonly shift: number;
  /** The texts of a word that the bitmap lets through; none: it is another word of the same hash. */
  of(word: number): readonly Met[] | undefined;
}

/** Sets the bit that tells small from capital letters in ASCII: sloppy, and the same on both sides. */
export const sloppy = 0x20_20_20_20;
/** 0x9e3779b1 as the signed number that it is to Math.imul: any other way of writing it is converted at each use. */
export const hashFactor = -1_640_531_535;
/** Bits for each word: what is let through for nothing costs more than all the rest, so that few words share a bit. */
const bitsEach = 256;
/** 16 kB: it must stay in the nearest cache. */
const mostBits = 17;

export const maskOf = (width: number): number => (width === 4 ? -1 : 2 ** (8 * width) - 1);

/** Such a text stands only in values that are not ASCII, folded or not; few are. */
export const isBeyondLatin1 = (text: string): boolean => /[^\0-\xff]/.test(text);

/** The word at a place of a text: its characters' low bytes, the first lowest, made sloppy. */
export function wordAt(text: string, at: number, width: number): number {
  let word = 0;
  for (let byte = width - 1; byte >= 0; byte -= 1) word = (word << 8) | (text.charCodeAt(at + byte) & 0xff);
  return word | (sloppy & maskOf(width));
}

export function createWordTable(met: readonly { word: number; met: Met }[]): WordTable {
  const words = [...Map.groupBy(met, ({ word }) => word)];
  const bits = Math.min(mostBits, Math.max(8, Math.ceil(Math.log2(words.length * bitsEach))));
  const shift = 32 - bits;
  const bitmap = new Int32Array(1 << (bits - 5));
  // Half full at most; -1 in `places`: free.
  const places = new Int32Array(2 ** Math.ceil(Math.log2(words.length * 2 + 2))).fill(-1);
  const keys = new Int32Array(places.length);
  const lists: (readonly Met[])[] = [];
  for (const [word, ofIt] of words) {
    const hash = Math.imul(word, hashFactor);
    bitmap[(hash >>> shift) >> 5] = (bitmap[(hash >>> shift) >> 5] ?? 0) | (1 << ((hash >>> shift) & 31));
    let place = (hash ^ (hash >>> 15)) & (places.length - 1);
    while (places[place] !== -1) place = (place + 1) & (places.length - 1);
    places[place] = lists.push(ofIt.map((one) => one.met)) - 1;
    keys[place] = word;
  }
  const factor = hashFactor;
  const last = places.length - 1;
  return {
    bitmap,
    shift,
    of(word) {
      const hash = Math.imul(word, factor);
      let place = (hash ^ (hash >>> 15)) & last;
      for (let list = places[place] ?? -1; list >= 0; list = places[place] ?? -1) {
        if (keys[place] === word) return lists[list];
        place = (place + 1) & last;
      }
      return undefined;
    },
  };
}

/** How many of the texts have a word: what many rules look for is what logs are full of. */
export function wordShares(texts: readonly string[], width: number): ReadonlyMap<number, number> {
  const shares = new Map<number, number>();
  for (const text of texts) {
    const own = new Set<number>();
    for (let at = 0; at + width <= text.length; at += 1) own.add(wordAt(text, at, width));
    for (const word of own) shares.set(word, (shares.get(word) ?? 0) + 1);
  }
  return shares;
}
