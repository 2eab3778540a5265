/** Length of the longest run of rising positions, not necessarily next to each other (patience sorting, O(n log n)). */
export function longestInOrder(positions: readonly number[]): number {
  /** At i: the smallest position that ends a run of i + 1. */
  const ends: number[] = [];
  for (const position of positions) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    ends[low] = position;
  }
  return ends.length;
}

/** Whether `wanted` appears in `positions` in its order, other things between. */
export function isInOrder(positions: readonly number[], wanted: readonly number[]): boolean {
  let at = 0;
  for (const position of positions) if (position === wanted[at]) at += 1;
  return at === wanted.length;
}
