import { latinBytes } from './latin-bytes.ts';
import { createParallelStep } from './parallel-step.ts';
import { emptySet, isEmpty, type PositionSet } from './position-set.ts';
import type { Program } from './program.ts';
import { leads, StateTable } from './state-table.ts';
import { createWalkingStep, type Step } from './step.ts';

/** How much one expression may remember. */
interface Bounds {
  /** Of states. */
  bytes: number;
  /** New ways that one text may lead from state to state; more are worth it only for texts that need few for their length. */
  ways: number;
}
const usual: Bounds = { bytes: 512 * 1_024, ways: 128 };
const charactersAWay = 32;

/**
 * Searches texts for an expression in time linear in their length, whatever both are: a deterministic automaton that is built as texts
 * need it, in bounded memory, and sets of positions for texts that need too much of it.
 */
export class Automaton {
  readonly #program: Program;
  readonly #states: StateTable;
  readonly #walk: Step;
  readonly #ways: number;
  #parallel: Step | undefined;
  /** The state before the text, as long as the table has not been emptied. */
  #first = 0;
  #emptied = -1;
  #now: PositionSet;
  #then: PositionSet;

  constructor(program: Program, { bytes, ways } = usual) {
    const positions = program.instructions.behind.length;
    this.#program = program;
    this.#walk = createWalkingStep(program);
    this.#now = emptySet(positions);
    this.#then = emptySet(positions);
    this.#ways = ways;
    this.#states = new StateTable(this.#now.length, program.end + 1, bytes);
  }

  /** Bytes of the states that texts have needed so far. */
  get bytes(): number {
    return this.#states.bytes;
  }

  /** Whether the expression matches anywhere in the text. */
  test(text: string): boolean {
    const { shortest, needed } = this.#program;
    if (text.length < shortest || (needed !== '' && !text.includes(needed))) return false;
    const bytes = latinBytes(text);
    return bytes ? this.#testBytes(bytes, text) : this.#testUnits(text);
  }

  /** The inner loop changes nothing that it reads from: only then is it fast. */
  #testBytes(bytes: Uint8Array, text: string): boolean {
    const { length } = text;
    const { latin } = this.#program.classes;
    let state = this.#begin();
    let ways = this.#ways;
    for (let at = 0; at < length; at += 1) {
      const { rows } = this.#states;
      let to: number = leads.nobodyKnows;
      while (at < length) {
        to = rows[state + (latin[bytes[at] ?? 0] ?? 0)] ?? 0;
        if (to <= 0) break;
        state = to;
        at += 1;
      }
      if (at === length) break;
      if (to === leads.nobodyKnows) {
        const charClass = latin[bytes[at] ?? 0] ?? 0;
        ways -= 1;
        if (ways + at / charactersAWay < 0) return this.#runOn(text, at + 1, state, charClass);
        to = this.#enter(state, charClass);
      }
      if (to < 0) return to === leads.toMatch;
      state = to;
    }
    return this.#endsIn(state);
  }

  #testUnits(text: string): boolean {
    const { length } = text;
    const { classes } = this.#program;
    let state = this.#begin();
    let { rows } = this.#states;
    let ways = this.#ways;
    for (let at = 0; at < length; at += 1) {
      const character = text.codePointAt(at) ?? 0;
      if (character > 0xffff) at += 1;
      const charClass = classes.of(character);
      let to = rows[state + charClass] ?? 0;
      if (to <= 0) {
        if (to === leads.nobodyKnows) {
          ways -= 1;
          if (ways + at / charactersAWay < 0) return this.#runOn(text, at + 1, state, charClass);
          to = this.#enter(state, charClass);
          rows = this.#states.rows;
        }
        if (to < 0) return to === leads.toMatch;
      }
      state = to;
    }
    return this.#endsIn(state);
  }

  #endsIn(state: number): boolean {
    const { end } = this.#program;
    return (this.#states.rows[state + end] || this.#enter(state, end)) === leads.toMatch;
  }

  #begin(): number {
    if (this.#emptied !== this.#states.emptied) {
      this.#first = this.#states.enter(this.#now.fill(0), this.#program.firstSide);
      this.#emptied = this.#states.emptied;
    }
    return this.#first;
  }

  /** Finds out where a state leads. */
  #enter(state: number, charClass: number): number {
    const { sideOf, isAnchored, end } = this.#program;
    const [states, then] = [this.#states, this.#then];
    const before = states.read(state, this.#now);
    const { emptied } = states;
    let to: number = leads.toMatch;
    if (!(this.#parallel ?? this.#walk)(this.#now, before, charClass, then))
      to =
        charClass === end || (isAnchored && isEmpty(then)) ? leads.nowhere : states.enter(then, sideOf[charClass] ?? 0);
    if (states.emptied === emptied) states.rows[state + charClass] = to;
    return to;
  }

  /** Goes on without the table. @param at where the character after the one of `charClass` begins */
  #runOn(text: string, from: number, state: number, charClass: number): boolean {
    const { classes, sideOf, isAnchored, end } = this.#program;
    const step = (this.#parallel ??= createParallelStep(this.#program, this.#walk));
    let [now, then] = [this.#now, this.#then];
    let before = this.#states.read(state, now);
    let read = charClass;
    for (let at = from; ; at += 1) {
      if (step(now, before, read, then)) return true;
      if (read === end || (isAnchored && isEmpty(then))) return false;
      [now, then] = [then, now];
      before = sideOf[read] ?? 0;
      if (at >= text.length) read = end;
      else {
        const character = text.codePointAt(at) ?? 0;
        if (character > 0xffff) at += 1;
        read = classes.of(character);
      }
    }
  }
}
