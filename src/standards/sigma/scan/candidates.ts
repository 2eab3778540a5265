/** The rules of a class that may match the event under way, each once. */
export interface Candidates {
  /** For the next event: none yet. */
  clear(): void;
  add(rules: readonly number[]): void;
  /** In no order. Only the first `count` of `rules` count. */
  readonly rules: Int32Array;
  readonly count: number;
}

export function createCandidates(size: number): Candidates {
  const seen = new Uint32Array(size);
  const rules = new Int32Array(size);
  let round = 1;
  let count = 0;
  return {
    clear() {
      count = 0;
      round += 1;
      if (round < 2 ** 32) return;
      seen.fill(0);
      round = 1;
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
    get count() {
      return count;
    },
  };
}
