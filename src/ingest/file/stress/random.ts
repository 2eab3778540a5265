/** Numbers that a seed repeats (mulberry32): of [0, 1), and whole ones of [from, to). */
export function seededRandom(seed: number) {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    whole: (from: number, to: number) => from + Math.floor(next() * (to - from)),
    chance: (of: number) => next() < of,
  };
}
