import type { Position } from '../store/positions.ts';
import { inodeOf, isSameFile, type Identity } from './content.ts';

/** What a source has read: the durable positions as this process knows them (SPEC rule 2). */
export interface Generations {
  note(position: Position): void;
  all(): Position[];
  /** Those that this very file carries, the one noted last first. */
  ofFile(identity: Identity): Position[];
  /** The file that carried it holds another content now. */
  cut(generation: string): void;
  cutOnes(): Position[];
  /** A name for a content that was never read. */
  create(node: string, nowMs: number): string;
}

export function createGenerations(positions: readonly Position[]): Generations {
  const known = new Map<string, Position>();
  const byInode = new Map<string, Set<string>>();
  const cuts = new Set<string>();
  let lastNumber = 0;

  function note(position: Position): void {
    const { generation, file } = position;
    const before = known.get(generation);
    if (before && before.file !== file) {
      byInode.get(inodeOf(before.file))?.delete(generation);
      if (inodeOf(before.file) !== inodeOf(file)) cuts.delete(generation);
    }
    known.delete(generation);
    known.set(generation, position);
    const carried = byInode.get(inodeOf(file)) ?? new Set();
    byInode.set(inodeOf(file), carried.add(generation));
  }
  for (const position of positions.toReversed()) note(position);

  const found = (generations: Iterable<string>) => {
    const wanted = new Set(generations);
    return [...wanted].flatMap((generation) => known.get(generation) ?? []);
  };
  return {
    note,
    all: () => [...known.values()],
    ofFile: (identity) =>
      found(byInode.get(inodeOf(identity.node)) ?? [])
        .filter(({ file }) => isSameFile(file, identity))
        .toSorted((a, b) => b.updated_at.getTime() - a.updated_at.getTime() || b.byte_offset - a.byte_offset),
    cut: (generation) => void cuts.add(generation),
    cutOnes: () => found(cuts),
    create(node, nowMs) {
      lastNumber = Math.max(nowMs, lastNumber + 1);
      return `${node}:${lastNumber.toString(36)}`;
    },
  };
}
