import type { Instructions } from './instructions.ts';
import { emptySet, put, type PositionSet } from './position-set.ts';
import type { Walker } from './walker.ts';

/** Beyond these, sets are too large to be handled as a whole. */
const mostPositions = 4_096;
/** Instructions that may be walked to find out what follows. */
const mostWalked = 300_000;
/** Distances within a word; a few of them are as common in an expression as the next position is. */
const longestShift = 31;
const fewestShifted = 8;
const mostShifts = 4;

/** Which positions may read behind which, where the same assertions hold (Glushkov's automaton). */
export interface Follow {
  /** Those behind which the next one in number may read: most of them. */
  steps: PositionSet;
  /** Those behind which the one at a distance of 2 to 31 may read. */
  shifts: readonly { distance: number; from: PositionSet }[];
  /** What else may read, for all positions of which it is the same. */
  jumps: readonly { from: Masked; to: Masked }[];
  /** Those that may read where a match begins. */
  starts: PositionSet;
  /** Those behind which a match ends. */
  ends: PositionSet;
  isMatchAtStart: boolean;
}

/** A set without the words at its ends in which nothing is. */
export interface Masked {
  word: number;
  bits: Int32Array;
}

/** Undefined: more is to be remembered than walking costs. */
export function findFollow({ behind, start, kinds }: Instructions, walker: Walker, held: number): Follow | undefined {
  if (behind.length > mostPositions) return undefined;
  const empty = () => emptySet(behind.length);
  walker.begin();
  const isMatchAtStart = walker.reach(start, held);
  const starts = empty();
  for (const position of walker.found.subarray(0, walker.count)) put(starts, position);

  const ends = empty();
  const follows: Int32Array[] = [];
  const atDistance = new Int32Array(longestShift + 1);
  let walked = 0;
  for (const [position, instruction] of behind.entries()) {
    walker.begin();
    if (walker.reach(instruction, held)) put(ends, position);
    walked += walker.count;
    if (walked > mostWalked) return undefined;
    const follow = walker.found.slice(0, walker.count);
    follows.push(follow);
    for (const to of follow) {
      const distance = to - position;
      if (distance > 1 && distance <= longestShift) atDistance[distance] = (atDistance[distance] ?? 0) + 1;
    }
  }

  const shifts = [...atDistance.entries()]
    .filter(([, count]) => count >= fewestShifted)
    .sort(([, left], [, right]) => right - left)
    .slice(0, mostShifts)
    .map(([distance]) => ({ distance, from: empty() }));
  const steps = empty();
  const jumps = new Map<string, { from: PositionSet; to: PositionSet }>();
  for (const [position, follow] of follows.entries()) {
    const others = empty();
    for (const to of follow) {
      const shift = to === position + 1 ? steps : shifts.find(({ distance }) => distance === to - position)?.from;
      if (shift) put(shift, position);
      else put(others, to);
    }
    if (others.every((word) => word === 0)) continue;
    const key = others.join();
    const jump = jumps.get(key) ?? { from: empty(), to: others };
    jumps.set(key, jump);
    put(jump.from, position);
  }
  const masked = [...jumps.values()].map(({ from, to }) => ({ from: trimmed(from), to: trimmed(to) }));
  const cost = masked.reduce((sum, { from, to }) => sum + from.bits.length + to.bits.length, 0);
  return cost <= kinds.length + 64 ? { steps, shifts, jumps: masked, starts, ends, isMatchAtStart } : undefined;
}

function trimmed(set: PositionSet): Masked {
  const word = set.findIndex((bits) => bits !== 0);
  return { word, bits: set.slice(word, set.findLastIndex((bits) => bits !== 0) + 1) };
}
