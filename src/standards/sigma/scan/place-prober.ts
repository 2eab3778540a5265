import type { Candidates } from './candidates.ts';
import {
  createWordTable,
  hashFactor,
  maskOf,
  sloppy,
  wordAt,
  type Looked,
  type Met,
  type WordTable,
} from './word-table.ts';

/** Finds which of many texts a value is equal to, begins with or ends with, by a few words at fixed places. */
export interface PlaceProber {
  /**
   * Gives the characters it has looked at, or-ed: one beyond ASCII among them, and what was not found may still be there in
   * another writing, so that the value must be probed once more as `indexFold` gives it.
   * @param folded gives the value index-folded
   */
  probe(value: string, folded: () => string, into: Candidates): number;
}

/** Words are looked for at these places only, from the beginning or from the end, those first that say most: before `.exe`, behind `C:\Wi`. */
const places = [4, 8, 0, 12, 16, 20];
/** Each place costs every value a look: one that has few texts of the same word will do. */
const fewTexts = 4;

interface Probe {
  isFromEnd: boolean;
  /** From the beginning, or of the word's last character from the end. */
  place: number;
  width: number;
  /** Bit n is set when a text may be found in a value of that length (31: or longer). */
  lengths: number;
  table: WordTable;
}

/** @param looked equals, starts and ends; none of them is empty */
export function createPlaceProber(looked: readonly Looked[]): PlaceProber {
  const probes = [
    ...Map.groupBy(looked, ({ kind, text }) => `${kind === 'ends'} ${Math.min(4, text.length)}`).values(),
  ].flatMap((alike) => probesOf(alike));
  const factor = hashFactor;
  const small = sloppy;
  return {
    probe(value, folded, into) {
      let seen = 0;
      const { length } = value;
      const lengthBit = length < 31 ? length : 31;
      for (const { isFromEnd, place, width, lengths, table } of probes) {
        if (((lengths >>> lengthBit) & 1) === 0) continue;
        const at = isFromEnd ? length - place - width : place;
        if (at < 0 || at + width > length) continue;
        const first = value.charCodeAt(at);
        let word = first & 0xff;
        seen |= first;
        for (let byte = 1; byte < width; byte += 1) {
          const code = value.charCodeAt(at + byte);
          seen |= code;
          word |= (code & 0xff) << (8 * byte);
        }
        word |= width === 4 ? small : small & maskOf(width);
        const hash = Math.imul(word, factor) >>> table.shift;
        if ((((table.bitmap[hash >> 5] ?? 0) >>> hash) & 1) === 0) continue;
        const met = table.of(word);
        if (met) check(met, folded(), into);
      }
      return seen;
    },
  };
}

function check(met: readonly Met[], folded: string, into: Candidates): void {
  for (const { kind, text, rules } of met) {
    const isThere =
      kind === 'equals' ? folded === text : kind === 'starts' ? folded.startsWith(text) : folded.endsWith(text);
    if (isThere) into.add(rules);
  }
}

/** Texts of one width, all at the beginning or all at the end: each is looked for at the first place where few are like it. */
function probesOf(looked: readonly Looked[]): Probe[] {
  const [first] = looked;
  if (!first) return [];
  const isFromEnd = first.kind === 'ends';
  const width = Math.min(4, first.text.length);
  const offsetOf = (text: string, place: number) => (isFromEnd ? text.length - place - width : place);
  const fitting = (text: string) => places.filter((place) => place + width <= text.length);
  const shares = new Map<string, number>();
  const keyOf = (text: string, place: number) => `${place} ${wordAt(text, offsetOf(text, place), width)}`;
  for (const { text } of looked)
    for (const place of fitting(text)) shares.set(keyOf(text, place), (shares.get(keyOf(text, place)) ?? 0) + 1);
  const placed = looked.map((one) => {
    const shareAt = (place: number) => shares.get(keyOf(one.text, place)) ?? 0;
    const all = fitting(one.text);
    const place = all.find((at) => shareAt(at) <= fewTexts) ?? all.reduce((a, b) => (shareAt(b) < shareAt(a) ? b : a));
    return { place, met: { ...one, offset: offsetOf(one.text, place) } };
  });
  return [...Map.groupBy(placed, ({ place }) => place)].map(([place, ofPlace]) => ({
    isFromEnd,
    place,
    width,
    lengths: ofPlace.reduce((bits, { met }) => bits | lengthsOf(met), 0),
    table: createWordTable(ofPlace.map(({ met }) => ({ word: wordAt(met.text, met.offset, width), met }))),
  }));
}

/** Only what must be the whole value tells the length of it. */
function lengthsOf({ kind, text }: Looked): number {
  const bit = 1 << Math.min(31, text.length);
  return kind === 'equals' ? bit : -bit;
}
