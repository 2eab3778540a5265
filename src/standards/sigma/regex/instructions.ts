import type { RE2JS } from 're2js';
import type { CharSet } from './char-classes.ts';

/** What an instruction does. `read`: one character; `fail`: nothing goes on from here. */
export const kinds = { fail: 0, match: 1, read: 2, fork: 3, assert: 4 } as const;

/**
 * An expression as Thompson's automaton. Instructions are numbers; those that read a character are numbered once more, as positions,
 * in the order in which they stand in the expression.
 */
export interface Instructions {
  start: number;
  kinds: Uint8Array;
  /** The instruction that follows. */
  next: Int32Array;
  /** Of a fork the other one that follows, of an assertion what must hold (`assertions`), of `read` its position. */
  other: Int32Array;
  /** By position: the instruction that follows. */
  behind: Int32Array;
  /** By position: which of `readers` it is. */
  readerOf: Int32Array;
  /** What positions read. */
  readers: readonly Reader[];
  /** All that is asserted anywhere. */
  asserted: number;
}

export interface Reader extends CharSet {
  /** The only character it reads. */
  only?: number;
}

/** As re2js compiles it, in its numbering. Nothing promises that it stays so: the version is fixed, and the tests compare results. */
interface Compiled {
  op: number;
  out: number;
  arg: number;
  runes: Int32Array;
  matchRune(character: number): boolean;
}
const ops = {
  fork: 1,
  forkToMatch: 2,
  capture: 3,
  assert: 4,
  match: 6,
  nothing: 7,
  rune: 8,
  rune1: 9,
  any: 10,
  anyInLine: 11,
};

const newline = 0x0a;

export function readInstructions(regex: RE2JS): Instructions {
  const { inst: all, start }: { inst: readonly Compiled[]; start: number } = regex.re2Input.prog;
  /** What neither reads nor decides is passed over. */
  const after = (at: number): number => {
    let here = at;
    let one = all[here];
    while (one?.op === ops.capture || one?.op === ops.nothing) {
      here = one.out;
      one = all[here];
    }
    return here;
  };
  const [next, other] = [new Int32Array(all.length), new Int32Array(all.length)];
  const behind: number[] = [];
  const readerOf: number[] = [];
  const readers: Reader[] = [];
  const known = new Map<unknown, number>();
  let asserted = 0;
  const kindOf = (one: Compiled, at: number): number => {
    next[at] = after(one.out);
    switch (one.op) {
      case ops.fork:
      case ops.forkToMatch:
        other[at] = after(one.arg);
        return kinds.fork;
      case ops.assert:
        other[at] = one.arg;
        asserted |= one.arg;
        return kinds.assert;
      case ops.match:
        return kinds.match;
      case ops.rune:
      case ops.rune1:
      case ops.any:
      case ops.anyInLine: {
        // Large classes are the same object in each repeat.
        const key = one.runes.length > 32 ? one.runes : `${one.op} ${one.arg} ${one.runes.join()}`;
        const reader = known.get(key) ?? readers.push(readerFor(one)) - 1;
        known.set(key, reader);
        other[at] = behind.length;
        behind.push(after(one.out));
        readerOf.push(reader);
        return kinds.read;
      }
      default:
        return kinds.fail;
    }
  };
  return {
    start: after(start),
    kinds: Uint8Array.from(all, kindOf),
    next,
    other,
    behind: Int32Array.from(behind),
    readerOf: Int32Array.from(readerOf),
    readers,
    asserted,
  };
}

function readerFor(one: Compiled): Reader {
  if (one.op === ops.any) return { reads: () => true, ranges: [] };
  if (one.op === ops.anyInLine) return { reads: (character) => character !== newline, ranges: [newline, newline] };
  const reads = (character: number) => one.matchRune(character);
  const [only] = one.runes;
  if (one.op === ops.rune1 && only !== undefined) return { reads, only, ranges: [only, only] };
  // A single character stands for all that are equal to it but for their case.
  return one.runes.length > 1 ? { reads, ranges: one.runes } : { reads };
}
