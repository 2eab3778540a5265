import { assertionsBetween, sides } from './assertions.ts';
import { findFollow, type Follow, type Masked } from './follow.ts';
import { emptySet, put, type PositionSet } from './position-set.ts';
import type { Program } from './program.ts';
import type { Step } from './step.ts';
import { Walker } from './walker.ts';

/**
 * A step that takes 32 positions at once, as far as what follows them lies at the same distance (Navarro and Raffinot, Flexible Pattern
 * Matching in Strings, 2002, chapter 5). Where that would cost more than walking, it walks.
 */
export function createParallelStep(program: Program, walk: Step): Step {
  const { instructions, sideOf, completes, isAnchored } = program;
  const positions = instructions.behind.length;
  const walker = new Walker(instructions);
  /** By what is asserted; null: walking is cheaper. */
  const follows: (Follow | null | undefined)[] = [];
  const readersOf: (PositionSet | undefined)[] = [];
  const setOf = (isIn: (position: number) => boolean): PositionSet => {
    const set = emptySet(positions);
    for (let position = 0; position < positions; position += 1) if (isIn(position)) put(set, position);
    return set;
  };
  const complete = setOf((position) => completes[position] === 1);

  return (from, before, charClass, into) => {
    const held = assertionsBetween(before, sideOf[charClass] ?? 0);
    const follow = (follows[held] ??= findFollow(instructions, walker, held) ?? null);
    if (!follow) return walk(from, before, charClass, into);
    const { steps, starts, ends } = follow;
    const mayBegin = !isAnchored || before === sides.edge;
    if (mayBegin && follow.isMatchAtStart) return true;
    into.fill(0);
    for (const shift of follow.shifts) addShifted(from, shift.from, shift.distance, into);
    for (const jump of follow.jumps) if (meets(from, jump.from)) add(into, jump.to);
    const readers = (readersOf[charClass] ??= setOf((position) => program.reads(position, charClass)));
    const begin = mayBegin ? -1 : 0;
    const { length } = from;
    const completing = complete;
    let matched = 0;
    let carried = 0;
    for (let word = 0; word < length; word += 1) {
      const set = from[word] ?? 0;
      const stepping = set & (steps[word] ?? 0);
      const next =
        ((stepping << 1) | carried | (into[word] ?? 0) | ((starts[word] ?? 0) & begin)) & (readers[word] ?? 0);
      carried = stepping >>> 31;
      matched |= (set & (ends[word] ?? 0)) | (next & (completing[word] ?? 0));
      into[word] = next;
    }
    return matched !== 0;
  };
}

/** @param distance below 32 */
function addShifted(set: PositionSet, mask: PositionSet, distance: number, into: PositionSet): void {
  let carried = 0;
  for (let word = 0; word < set.length; word += 1) {
    const shifting = (set[word] ?? 0) & (mask[word] ?? 0);
    into[word] = (into[word] ?? 0) | (shifting << distance) | carried;
    carried = shifting >>> (32 - distance);
  }
}

function meets(set: PositionSet, { word, bits }: Masked): boolean {
  for (let at = 0; at < bits.length; at += 1) if (((set[word + at] ?? 0) & (bits[at] ?? 0)) !== 0) return true;
  return false;
}

function add(set: PositionSet, { word, bits }: Masked): void {
  for (let at = 0; at < bits.length; at += 1) set[word + at] = (set[word + at] ?? 0) | (bits[at] ?? 0);
}
