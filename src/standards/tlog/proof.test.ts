import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendLeaves, emptyFrontier, rootOf } from './frontier.ts';
import { emptyRoot, leafHash, nodeHash } from './hash.ts';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.ts';

const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const rootAt = (leaves: readonly Uint8Array[], size: number) =>
  rootOf(appendLeaves(emptyFrontier, leaves.slice(0, size)));

test('the hashes are those of RFC 6962', () => {
  expect(emptyRoot().toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
  const [a, b, c] = leavesOf(3);
  if (!a || !b || !c) throw new Error('no leaves');
  expect(rootAt([a, b, c], 3)).toEqual(nodeHash(nodeHash(a, b), c));
  expect(rootOf(emptyFrontier)).toEqual(emptyRoot());
});

test('leaves appended in any portions give one root', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }), (portions) => {
      const leaves = leavesOf(portions.reduce((sum, count) => sum + count, 0));
      let frontier = emptyFrontier;
      let from = 0;
      for (const count of portions) {
        frontier = appendLeaves(frontier, leaves.slice(from, from + count));
        from += count;
      }
      expect(rootOf(frontier)).toEqual(rootAt(leaves, leaves.length));
      expect(frontier.size).toBe(BigInt(leaves.length));
    }),
  );
});

test('every leaf of every small tree is proven, and no other leaf or index by its proof', () => {
  for (let size = 1; size <= 33; size += 1) {
    const leaves = leavesOf(size);
    const root = rootAt(leaves, size);
    leaves.forEach((leaf, index) => {
      const proof = inclusionProof(leaves, index);
      const claim = { index: BigInt(index), size: BigInt(size), leaf, root, proof };
      expect(verifyInclusion(claim)).toEqual({ outcome: 'proven' });
      expect(verifyInclusion({ ...claim, leaf: leafHash(Buffer.from('other')) }).outcome).toBe('refuted');
      expect(verifyInclusion({ ...claim, index: BigInt(index + 1) }).outcome).toBe('refuted');
      if (proof.length > 0) expect(verifyInclusion({ ...claim, proof: proof.slice(1) }).outcome).toBe('refuted');
    });
  }
});

test('every beginning of every small tree is proven, and no other tree', () => {
  for (let size2 = 1; size2 <= 33; size2 += 1) {
    const leaves = leavesOf(size2);
    const root2 = rootAt(leaves, size2);
    for (let size1 = 1; size1 <= size2; size1 += 1) {
      const proof = consistencyProof(leaves, size1);
      const claim = { size1: BigInt(size1), size2: BigInt(size2), root1: rootAt(leaves, size1), root2, proof };
      expect(verifyConsistency(claim)).toEqual({ outcome: 'proven' });
      expect(verifyConsistency({ ...claim, root1: leafHash(Buffer.from('other')) }).outcome).toBe('refuted');
      expect(verifyConsistency({ ...claim, proof: [...proof, root2] }).outcome).toBe('refuted');
    }
  }
});
