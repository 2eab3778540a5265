import { emptyRoot, nodeHash } from './hash.ts';

/** A tree that only remembers the roots of its complete subtrees, from the largest to the smallest: one per set bit of `size`. */
export interface Frontier {
  size: bigint;
  hashes: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = { size: 0n, hashes: [] };

/** The frontier after these leaves were appended. O(number of leaves). */
export function appendLeaves(frontier: Frontier, leaves: readonly Uint8Array[]): Frontier {
  const hashes = [...frontier.hashes];
  let size = frontier.size;
  for (const leaf of leaves) {
    let hash = leaf;
    // Each trailing one bit of the size is a complete subtree of the same height: merge it.
    for (let bits = size; bits & 1n; bits >>= 1n) hash = nodeHash(hashes.pop() ?? hash, hash);
    hashes.push(hash);
    size += 1n;
  }
  return { size, hashes };
}

/** RFC 6962 §2.1: the subtrees are joined from the right. */
export function rootOf(frontier: Frontier): Uint8Array {
  return (
    frontier.hashes.reduceRight<Uint8Array | undefined>(
      (right, left) => (right ? nodeHash(left, right) : left),
      undefined,
    ) ?? emptyRoot()
  );
}
