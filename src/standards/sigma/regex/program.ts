import type { RE2JS } from 're2js';
import { allAssertions, assertions, sides } from './assertions.ts';
import { createCharClasses, type CharClasses } from './char-classes.ts';
import { kinds, readInstructions, type Instructions } from './instructions.ts';
import { neededText } from './needed-text.ts';
import { Walker } from './walker.ts';

/** What is known of an expression before it meets a text. */
export interface Program {
  instructions: Instructions;
  classes: CharClasses;
  /** The class that stands for the end of the text: no position reads it. */
  end: number;
  /** Whether a position reads the characters of a class. */
  reads(position: number, charClass: number): boolean;
  /** By class: what an assertion beside it sees. */
  sideOf: Uint8Array;
  /** What an assertion sees before the text. */
  firstSide: number;
  /** By position: 1 when a match ends behind it, whatever follows. */
  completes: Uint8Array;
  /** A match can begin only where the text does. */
  isAnchored: boolean;
  /** Characters of the shortest match; Infinity: nothing matches. */
  shortest: number;
  /** Stands in every match; may be empty. */
  needed: string;
}

const newline = 0x0a;
const isNewline = (character: number) => character === newline;
const isWord = (character: number) => character < 0x80 && /\w/.test(String.fromCharCode(character));
/** A larger table of who reads what would cost more than asking. */
const mostMembers = 1_000_000;

export function readProgram(regex: RE2JS): Program {
  const instructions = readInstructions(regex);
  const { readers, asserted } = instructions;
  const wordBoundaries = assertions.wordBoundary | assertions.noWordBoundary;
  const seesWords = (asserted & wordBoundaries) !== 0;
  const seesLines = (asserted & (assertions.lineBegins | assertions.lineEnds)) !== 0;
  const classes = createCharClasses(regex.re2Input.dfa.classBounds, [
    ...readers,
    ...(seesLines ? [{ reads: isNewline }] : []),
    ...(seesWords ? [{ reads: isWord }] : []),
  ]);
  const sideOf = Uint8Array.from([...classes.examples, undefined], (example) => {
    if (example === undefined) return sides.edge;
    if (seesLines && isNewline(example)) return sides.line;
    return seesWords && isWord(example) ? sides.word : sides.other;
  });
  const walker = new Walker(instructions);
  walker.begin();
  const beginsLate = walker.reach(instructions.start, allAssertions & ~assertions.textBegins) || walker.count > 0;
  return {
    instructions,
    classes,
    end: classes.count,
    reads: readsOf(instructions, classes),
    sideOf,
    firstSide: (asserted & ~wordBoundaries) === 0 ? sides.other : sides.edge,
    completes: completesOf(instructions),
    isAnchored: !beginsLate,
    shortest: shortestOf(instructions, walker),
    needed: neededText(instructions),
  };
}

function readsOf({ readers, readerOf }: Instructions, { count, examples }: CharClasses): Program['reads'] {
  const width = count + 1;
  if (readers.length * width > mostMembers)
    return (position, charClass) => {
      const example = examples[charClass];
      return example !== undefined && readers[readerOf[position] ?? 0]?.reads(example) === true;
    };
  const members = new Uint8Array(readers.length * width);
  for (const [reader, { reads }] of readers.entries())
    for (const [charClass, example] of examples.entries()) if (reads(example)) members[reader * width + charClass] = 1;
  return (position, charClass) => members[(readerOf[position] ?? 0) * width + charClass] === 1;
}

/** Sweeps against the order in which programs run; what a few of them do not find is found when the next character is read. */
function completesOf({ kinds: kindOf, next, other, behind }: Instructions): Uint8Array {
  const isDone = Uint8Array.from(kindOf, (kind) => (kind === kinds.match ? 1 : 0));
  for (let sweep = 0, isNew = true; isNew && sweep < 4; sweep += 1) {
    isNew = false;
    for (let at = kindOf.length - 1; at >= 0; at -= 1) {
      if (kindOf[at] !== kinds.fork || isDone[at] === 1) continue;
      if (isDone[next[at] ?? 0] !== 1 && isDone[other[at] ?? 0] !== 1) continue;
      isDone[at] = 1;
      isNew = true;
    }
  }
  return Uint8Array.from(behind, (at) => isDone[at] ?? 0);
}

function shortestOf({ start, behind }: Instructions, walker: Walker): number {
  walker.begin();
  if (walker.reach(start, allAssertions)) return 0;
  for (let length = 1, from = 0; from < walker.count; length += 1) {
    const to = walker.count;
    for (; from < to; from += 1) if (walker.reach(behind[walker.found[from] ?? 0] ?? 0, allAssertions)) return length;
  }
  return Infinity;
}
