/** A set of positions: a bit for each, 32 in a word. */
export type PositionSet = Int32Array;

export const emptySet = (positions: number): PositionSet => new Int32Array(Math.max(1, (positions + 31) >> 5));

export function put(set: PositionSet, position: number): void {
  const word = position >> 5;
  set[word] = (set[word] ?? 0) | (1 << (position & 31));
}

export function isEmpty(set: PositionSet): boolean {
  for (const word of set) if (word !== 0) return false;
  return true;
}
