/** The rules of a class that may match the event under way, each once. */
export interface Candidates {
  /** For the next event: none yet. */
  clear(): void;
  add(rules: readonly number[]): void;
  /** Of the event under way, unlike that of any other: what was found in it need not be looked for again. */
  readonly round: number;
  /** In no order. Only the first `count` of `rules` count. */
  readonly rules: Int32Array;
  readonly count: number;
}

let rounds = 0;

export function createCandidates(size: number): Candidates {
  const seen = new Float64Array(size);
  const rules = new Int32Array(size);
  rounds += 1;
  let round = rounds;
  let count = 0;
  return {
    clear() {
      count = 0;
      rounds += 1;
      round = rounds;
    },
    add(found) {
      for (const rule of found) {
        if (seen[rule] === round) continue;
        seen[rule] = round;
        rules[count] = rule;
        count += 1;
      }
    },
    rules,
    get round() {
      return round;
    },
    get count() {
      return count;
    },
  };
}
