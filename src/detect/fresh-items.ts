import type { Item } from './correlate/item.ts';
import type { Candidate } from './match-events.ts';
import { factId } from './store/firsts.ts';

/**
 * Leaves out candidates whose fact was known before, in the order of the events. `known` gives the event that was first
 * to show a fact; that event itself stays new however often it is read (SPEC.md [R4]).
 */
export function freshItems(candidates: readonly Candidate[], known: ReadonlyMap<string, string>): Item[] {
  const firsts = new Map(known);
  const fresh: Item[] = [];
  for (const { item, fact } of candidates) {
    if (fact) {
      const id = factId(fact);
      const first = firsts.get(id);
      if (first === undefined) firsts.set(id, fact.event);
      else if (first !== fact.event) continue;
    }
    fresh.push(item);
  }
  return fresh;
}
