import { compileCondition, compileItem, compileSearch } from './compile-rule.ts';
import { eventValues, type View } from './event-values.ts';
import type { Condition, Item, Rule, Search } from './rule.ts';

/** How a rule stands to an event, search by search. */
export interface RuleExplanation {
  matches: boolean;
  searches: { name: string; is_true: boolean; true_items: string[]; false_items: string[] }[];
  /** Searches that would have to turn for the condition to hold, as people say it: `selection`, `not filter`. */
  missing: string[];
  /** Share of the searches in the condition that stand as it needs them, 0 to 1. */
  share: number;
}

export function explainRule({ detection }: Rule, view: View): RuleExplanation {
  const event = eventValues(view);
  const searches = [...detection.searches].map(([name, search]) => {
    const items = itemsOf(search).map((item) => ({ text: item.text, is_true: compileItem(item)(event) }));
    return {
      name,
      is_true: compileSearch(search)(event),
      true_items: items.filter((item) => item.is_true).map((item) => item.text),
      false_items: items.filter((item) => !item.is_true).map((item) => item.text),
    };
  });
  const truth = new Map(searches.map(({ name, is_true }) => [name, () => is_true] as const));
  const wanted = wantedLeaves(detection.condition, true);
  const leaves = wanted.map((leaf) => ({ ...leaf, stands: truth.get(leaf.name)?.() === leaf.as }));
  const missing = leaves.filter((leaf) => !leaf.stands).map((leaf) => (leaf.as ? leaf.name : `not ${leaf.name}`));
  return {
    matches: compileCondition(detection.condition, truth)(event),
    searches,
    missing: [...new Set(missing)],
    share: leaves.length === 0 ? 0 : leaves.filter((leaf) => leaf.stands).length / leaves.length,
  };
}

function itemsOf(search: Search): Item[] {
  return search.kind === 'item' ? [search] : search.searches.flatMap(itemsOf);
}

function wantedLeaves(condition: Condition, as: boolean): { name: string; as: boolean }[] {
  if (condition.kind === 'search') return [{ name: condition.name, as }];
  if (condition.kind === 'not') return wantedLeaves(condition.of, !as);
  return condition.of.flatMap((part) => wantedLeaves(part, as));
}
