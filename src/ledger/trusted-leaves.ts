import {
  appendLeaves,
  emptyFrontier,
  openNote,
  readCheckpoint,
  rootOf,
  type NoteVerifier,
} from '../standards/tlog/index.ts';
import type { ExportedCheckpoint } from './exported-checkpoint.ts';

export interface SignedTree {
  size: number;
  root: Uint8Array;
}

export interface Trusted {
  /** Signed trees by size, ascending. */
  trees: SignedTree[];
  /** Leaf hashes from 0 on that lead to the signed roots; empty from where they do not or are not there. */
  leaves: Uint8Array[];
}

/** What the signatures vouch for, or why the list of checkpoints itself is not to be believed. */
export function trustedLeaves(
  checkpoints: readonly ExportedCheckpoint[],
  keys: readonly NoteVerifier[],
): { outcome: 'trusted'; trusted: Trusted } | { outcome: 'refused'; size: number; reason: string } {
  const trees = new Map<number, SignedTree>();
  for (const checkpoint of checkpoints) {
    const refuse = (reason: string) => ({ outcome: 'refused' as const, size: checkpoint.size, reason });
    const note = openNote(checkpoint.note, keys);
    if (note.outcome === 'refused') return refuse(note.reason);
    if (note.outcome === 'unknown_signer') return refuse('It is signed by none of the given keys.');
    const tree = readCheckpoint(note.text);
    if (!tree || Number(tree.size) !== checkpoint.size) return refuse('Its note is of another size, or no checkpoint.');
    const known = trees.get(checkpoint.size);
    if (known && Buffer.compare(known.root, tree.root) !== 0)
      return refuse('Two checkpoints of one size have different roots: the ledger was forked.');
    trees.set(checkpoint.size, { size: checkpoint.size, root: tree.root });
  }
  const sorted = [...trees.values()].sort((a, b) => a.size - b.size);
  return { outcome: 'trusted', trusted: { trees: sorted, leaves: provenLeaves(sorted, checkpoints) } };
}

function provenLeaves(trees: readonly SignedTree[], checkpoints: readonly ExportedCheckpoint[]): Uint8Array[] {
  const proven: Uint8Array[] = [];
  let frontier = emptyFrontier;
  for (const tree of trees) {
    const given = checkpoints.filter(
      (checkpoint) => checkpoint.size === tree.size && checkpoint.since === proven.length,
    );
    const found = given
      .map((checkpoint) => split(checkpoint.leaves))
      .find((leaves) => {
        const next = appendLeaves(frontier, leaves);
        return Number(next.size) === tree.size && Buffer.compare(rootOf(next), tree.root) === 0;
      });
    if (!found) break;
    frontier = appendLeaves(frontier, found);
    for (const leaf of found) proven.push(leaf);
  }
  return proven;
}

function split(base64: string): Uint8Array[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 32) }, (_, index) =>
    bytes.subarray(index * 32, index * 32 + 32),
  );
}
