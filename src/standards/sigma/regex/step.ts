import { assertionsBetween, sides } from './assertions.ts';
import { put, type PositionSet } from './position-set.ts';
import type { Program } from './program.ts';
import { Walker } from './walker.ts';

/**
 * Reads one character, or the end of the text.
 * @param from the positions that may have been the last to read
 * @param before what an assertion sees before this character
 * @param into becomes those that may have read this one
 * @returns a match ends before this character, or with it
 */
export type Step = (from: PositionSet, before: number, charClass: number, into: PositionSet) => boolean;

/** Walks the instructions: time in the size of the expression, and nothing is prepared. */
export function createWalkingStep(program: Program): Step {
  const { instructions, sideOf, completes, isAnchored } = program;
  const { start, behind } = instructions;
  const walker = new Walker(instructions);
  return (from, before, charClass, into) => {
    const held = assertionsBetween(before, sideOf[charClass] ?? 0);
    walker.begin();
    for (let word = 0; word < from.length; word += 1)
      for (let bits = from[word] ?? 0; bits !== 0; bits &= bits - 1) {
        const position = (word << 5) | (31 - Math.clz32(bits & -bits));
        if (walker.reach(behind[position] ?? 0, held)) return true;
      }
    if ((!isAnchored || before === sides.edge) && walker.reach(start, held)) return true;
    into.fill(0);
    const { found, count } = walker;
    for (let at = 0; at < count; at += 1) {
      const position = found[at] ?? 0;
      if (!program.reads(position, charClass)) continue;
      if (completes[position] === 1) return true;
      put(into, position);
    }
    return false;
  };
}
