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

/** Words are looked for at these places only, from the beginning or from the end; each costs every value a look. */
const places = [0, 4, 8, 12, 16, 20];

interface Probe {
  kind: Looked['kind'];
  /** From the beginning, or of the word's last character from the end. */
  place: number;
  width: number;
  /** equals: bit n is set when a text of that length (31: or longer) is looked for. */
  lengths: number;
  table: WordTable;
}

/** @param looked equals, starts and ends; none of them is empty */
export function createPlaceProber(looked: readonly Looked[]): PlaceProber {
  const probes = [...Map.groupBy(looked, ({ kind, text }) => `${kind} ${Math.min(4, text.length)}`).values()].flatMap(
    (ofKind) => probesOf(ofKind),
  );
  return {
    probe(value, folded, into) {
      let seen = 0;
      const { length } = value;
      for (const { kind, place, width, lengths, table } of probes) {
        if (kind === 'equals' && ((lengths >>> (length < 31 ? length : 31)) & 1) === 0) continue;
        const at = kind === 'ends' ? length - place - width : place;
        if (at < 0 || at + width > length) continue;
        const first = value.charCodeAt(at);
        let word = first & 0xff;
        seen |= first;
        for (let byte = 1; byte < width; byte += 1) {
          const code = value.charCodeAt(at + byte);
          seen |= code;
          word |= (code & 0xff) << (8 * byte);
        }
        word = (word & maskOf(width)) | (sloppy & maskOf(width));
        const hash = Math.imul(word, hashFactor) >>> table.shift;
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

/** Texts of one kind and width: each is looked for at the place where it is most unlike the others. */
function probesOf(looked: readonly Looked[]): Probe[] {
  const [first] = looked;
  if (!first) return [];
  const { kind } = first;
  const width = Math.min(4, first.text.length);
  const offsetOf = (text: string, place: number) => (kind === 'ends' ? text.length - place - width : place);
  const fitting = (text: string) => places.filter((place) => place + width <= text.length);
  const shares = new Map<string, number>();
  const keyOf = (text: string, place: number) => `${place} ${wordAt(text, offsetOf(text, place), width)}`;
  for (const { text } of looked)
    for (const place of fitting(text)) shares.set(keyOf(text, place), (shares.get(keyOf(text, place)) ?? 0) + 1);
  const placed = looked.map((one) => {
    const best = fitting(one.text).reduce((a, b) =>
      (shares.get(keyOf(one.text, b)) ?? 0) < (shares.get(keyOf(one.text, a)) ?? 0) ? b : a,
    );
    return { place: best, met: { ...one, offset: offsetOf(one.text, best) } };
  });
  return [...Map.groupBy(placed, ({ place }) => place)].map(([place, ofPlace]) => ({
    kind,
    place,
    width,
    lengths: ofPlace.reduce((bits, { met }) => bits | (1 << Math.min(31, met.text.length)), 0),
    table: createWordTable(ofPlace.map(({ met }) => ({ word: wordAt(met.text, met.offset, width), met }))),
  }));
}
