import type { EventValue, EventValues } from '../event-values.ts';
import type { Forest, Predicate } from './predicate-tree.ts';

/** What is true of the event under way: each predicate is asked once, however many rules name it. */
export interface Truths {
  begin(event: EventValues): void;
  of(predicate: Predicate): boolean;
}

const mostRounds = 2 ** 30;

/** @param forest whole: nothing is planted in it any more */
export function createTruths(forest: Pick<Forest, 'predicates' | 'fields'>): Truths {
  /** Twice the round in which it was asked, and one more when it was true. */
  const answers = new Uint32Array(forest.predicates.length);
  const looked = new Uint32Array(forest.fields.length);
  const values: (readonly EventValue[] | undefined)[] = forest.fields.map(() => undefined);
  let event: EventValues | undefined;
  let round = 0;

  function valuesOf(slot: number, of: EventValues): readonly EventValue[] | undefined {
    if (looked[slot] !== round) {
      looked[slot] = round;
      const field = forest.fields[slot];
      values[slot] = field === undefined ? of.all() : of.of(field);
    }
    return values[slot];
  }

  return {
    begin(next) {
      event = next;
      round += 1;
      if (round < mostRounds) return;
      answers.fill(0);
      looked.fill(0);
      round = 1;
    },
    of(predicate) {
      const answer = answers[predicate.id] ?? 0;
      if (answer >>> 1 === round) return (answer & 1) === 1;
      const isTrue = event !== undefined && predicate.test(valuesOf(predicate.slot, event), event);
      answers[predicate.id] = (round << 1) | (isTrue ? 1 : 0);
      return isTrue;
    },
  };
}
