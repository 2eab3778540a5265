/** Characters that an expression does not tell apart are of one class. Classes are numbered from 0. */
export interface CharClasses {
  count: number;
  /** By UTF-16 unit below 256. */
  latin: Uint8Array;
  /** @param character a code point, also half a character */
  of(character: number): number;
  /** A character of each class. */
  examples: readonly number[];
}

/** What tells characters apart. */
export interface CharSet {
  reads: (character: number) => boolean;
  /** Pairs of the first and the last character of what it reads or, just as well, of what it does not read. Undefined: only `reads` knows. */
  ranges?: ArrayLike<number>;
}

/** @param bounds rising code points; between two of them all characters are alike */
export function createCharClasses(bounds: Int32Array, sets: readonly CharSet[]): CharClasses {
  const firsts = Int32Array.of(0, ...bounds);
  const ids = new Int32Array(firsts.length);
  let used = 1;
  for (const set of sets) {
    /** By class: the one that its characters in the set are of from now on. */
    const split = new Map<number, number>();
    for (const at of membersOf(set, firsts)) {
      const id = split.get(ids[at] ?? 0) ?? used++;
      split.set(ids[at] ?? 0, id);
      ids[at] = id;
    }
  }
  // Classes of which nothing is left have no number; those of Latin-1 have the lowest.
  const examples: number[] = [];
  const numbers = new Map<number, number>();
  for (const [at, id] of ids.entries()) {
    const number = numbers.get(id) ?? examples.push(firsts[at] ?? 0) - 1;
    numbers.set(id, number);
    ids[at] = number;
  }
  const latin = new Uint8Array(256);
  for (const [at, id] of ids.entries()) latin.fill(id, firsts[at], firsts[at + 1]);
  const of = (character: number): number => {
    if (character < 256) return latin[character] ?? 0;
    return ids[placeOf(character, firsts)] ?? 0;
  };
  return { count: examples.length, latin, of, examples };
}

/** Which of the stretches that begin at `firsts` are in the set. */
function* membersOf({ reads, ranges }: CharSet, firsts: Int32Array): Generator<number> {
  if (ranges) {
    for (let pair = 0; pair < ranges.length; pair += 2) {
      const last = ranges[pair + 1] ?? 0;
      for (let at = placeOf(ranges[pair] ?? 0, firsts); (firsts[at] ?? Infinity) <= last; at += 1) yield at;
    }
  } else for (const [at, first] of firsts.entries()) if (reads(first)) yield at;
}

/** The last place where something not larger stands. */
function placeOf(character: number, firsts: Int32Array): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firsts[middle] ?? 0) <= character) low = middle;
    else high = middle - 1;
  }
  return low;
}
