import { nodeHash } from './hash.ts';

export type ProofOutcome = { outcome: 'proven' } | { outcome: 'refuted'; reason: string };

const proven: ProofOutcome = { outcome: 'proven' };
const refuted = (reason: string): ProofOutcome => ({ outcome: 'refuted', reason });

/** Whether `root` is the root of a tree of `size` leaves with `leaf` (a leaf hash) at `index`. RFC 9162 §2.1.3.2. */
export function verifyInclusion(claim: {
  index: bigint;
  size: bigint;
  leaf: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}): ProofOutcome {
  const { index, size, leaf, root, proof } = claim;
  if (index < 0n || index >= size) return refuted(`There is no leaf ${index} in a tree of ${size}.`);
  let place = index;
  let last = size - 1n;
  let hash: Uint8Array = leaf;
  for (const sibling of proof) {
    if (last === 0n) return refuted('The proof is too long.');
    if (place & 1n || place === last) {
      hash = nodeHash(sibling, hash);
      // A right-most node without a sibling is its own parent: go up to where it has one.
      while (!(place & 1n) && place !== 0n) {
        place >>= 1n;
        last >>= 1n;
      }
    } else hash = nodeHash(hash, sibling);
    place >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) return refuted('The proof is too short.');
  return equal(hash, root) ? proven : refuted('The proof leads to another root.');
}

/**
 * Whether the tree of `size2` leaves begins with the tree of `size1`. RFC 9162 §2.1.4.2.
 * Everything begins with the empty tree: such a claim proves nothing and is refuted.
 */
export function verifyConsistency(claim: {
  size1: bigint;
  size2: bigint;
  root1: Uint8Array;
  root2: Uint8Array;
  proof: readonly Uint8Array[];
}): ProofOutcome {
  const { size1, size2, root1, root2, proof } = claim;
  if (size1 <= 0n) return refuted('The empty tree is the beginning of every tree: nothing is proven.');
  if (size2 < size1) return refuted(`A tree of ${size2} leaves cannot begin with one of ${size1}.`);
  if (size1 === size2) {
    if (proof.length > 0) return refuted('The proof is too long.');
    return equal(root1, root2) ? proven : refuted('Two trees of one size have different roots.');
  }
  // A complete first tree is a node of the second: it is not repeated in the proof.
  const path = (size1 & (size1 - 1n)) === 0n ? [root1, ...proof] : [...proof];
  const [start, ...rest] = path;
  if (!start) return refuted('The proof is too short.');
  let place = size1 - 1n;
  let last = size2 - 1n;
  while (place & 1n) {
    place >>= 1n;
    last >>= 1n;
  }
  let first: Uint8Array = start;
  let second: Uint8Array = start;
  for (const sibling of rest) {
    if (last === 0n) return refuted('The proof is too long.');
    if (place & 1n || place === last) {
      first = nodeHash(sibling, first);
      second = nodeHash(sibling, second);
      while (!(place & 1n) && place !== 0n) {
        place >>= 1n;
        last >>= 1n;
      }
    } else second = nodeHash(second, sibling);
    place >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) return refuted('The proof is too short.');
  if (!equal(first, root1)) return refuted('The proof leads to another first root.');
  return equal(second, root2) ? proven : refuted('The proof leads to another second root.');
}

/** The hashes beside the way from leaf `index` up to the root of these leaf hashes. RFC 9162 §2.1.3.1. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index} among ${leaves.length}`);
  const proof: Uint8Array[] = [];
  let from = 0;
  let to = leaves.length;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      proof.unshift(subtreeRoot(leaves, middle, to));
      to = middle;
    } else {
      proof.unshift(subtreeRoot(leaves, from, middle));
      from = middle;
    }
  }
  return proof;
}

/** The hashes that lead from the tree of the first `size1` leaves to the tree of all. RFC 9162 §2.1.4.1. */
export function consistencyProof(leaves: readonly Uint8Array[], size1: number): Uint8Array[] {
  if (size1 <= 0 || size1 > leaves.length) throw new RangeError(`no tree of ${size1} among ${leaves.length}`);
  const proof: Uint8Array[] = [];
  let from = 0;
  let to = leaves.length;
  // Whether the subtree [from, to) still is a subtree of the first tree as it stands: then its root is known already.
  let isWhole = true;
  while (size1 < to) {
    const middle = from + splitOf(to - from);
    if (size1 <= middle) {
      proof.unshift(subtreeRoot(leaves, middle, to));
      to = middle;
    } else {
      proof.unshift(subtreeRoot(leaves, from, middle));
      from = middle;
      isWhole = false;
    }
  }
  return isWhole ? proof : [subtreeRoot(leaves, from, to), ...proof];
}

/** Largest power of two below `count`. */
function splitOf(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

function subtreeRoot(leaves: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const [only] = leaves.slice(from, from + 1);
  if (to - from === 1 && only) return only;
  const middle = from + splitOf(to - from);
  return nodeHash(subtreeRoot(leaves, from, middle), subtreeRoot(leaves, middle, to));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
