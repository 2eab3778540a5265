import { kinds, type Instructions } from './instructions.ts';

/** Follows instructions that read nothing. What was reached once is not walked again until `begin`. */
export class Walker {
  /** Positions that were reached; the first `count` of them. */
  readonly found: Int32Array;
  count = 0;
  readonly #instructions: Instructions;
  readonly #seen: Int32Array;
  readonly #pending: Int32Array;
  #round = 0;

  constructor(instructions: Instructions) {
    this.#instructions = instructions;
    this.found = new Int32Array(instructions.behind.length);
    this.#seen = new Int32Array(instructions.kinds.length);
    this.#pending = new Int32Array(instructions.kinds.length + 1);
  }

  begin(): void {
    this.count = 0;
    this.#round += 1;
  }

  /** @param held assertions that hold here. True: a match ends here. */
  reach(instruction: number, held: number): boolean {
    const { kinds: kindOf, next, other } = this.#instructions;
    const [seen, pending, found, round] = [this.#seen, this.#pending, this.found, this.#round];
    const { match, read, fork, assert } = kinds;
    let waiting = 0;
    let here = instruction;
    for (;;) {
      let goesOn = false;
      if (seen[here] !== round) {
        seen[here] = round;
        const kind = kindOf[here];
        if (kind === match) return true;
        if (kind === read) found[this.count++] = other[here] ?? 0;
        else if (kind === fork) {
          pending[waiting++] = other[here] ?? 0;
          goesOn = true;
        } else if (kind === assert) goesOn = ((other[here] ?? 0) & ~held) === 0;
      }
      if (goesOn) here = next[here] ?? 0;
      else if (waiting > 0) here = pending[--waiting] ?? 0;
      else return false;
    }
  }
}
