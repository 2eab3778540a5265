import type { Entry } from './window-state.ts';

/**
 * The percentile of the numbers of a window, linear between the two closest ranks (R-7 of Hyndman and Fan, 1996: PostgreSQL's
 * percentile_cont): rank p/100 · (N − 1) of the N numbers by size, from 0. Never of an empty window.
 */
export function percentileOf(window: readonly Entry[], percentile: number): number {
  const sorted = window.toSorted((left, right) => (left.n ?? 0) - (right.n ?? 0));
  const whole = window.reduce((sum, { w = 1 }) => sum + w, 0);
  const rank = (percentile / 100) * (whole - 1);
  const below = numberAt(sorted, Math.floor(rank));
  const above = numberAt(sorted, Math.ceil(rank));
  const share = rank - Math.floor(rank);
  return share === 0 ? below : below * (1 - share) + above * share;
}

function numberAt(sorted: readonly Entry[], rank: number): number {
  let passed = 0;
  for (const { n = 0, w = 1 } of sorted) {
    passed += w;
    if (rank < passed) return n;
  }
  return sorted.at(-1)?.n ?? 0;
}
