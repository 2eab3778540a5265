import { eventValues, type Scalar, type View } from '../event-values.ts';
import { filtersOf } from '../evaluate.ts';
import type { Condition, Detection, Filter, Rule } from '../rule.ts';
import { compileSearchExplainer, type ExplainedItem, type ExplainedSearch } from './compile-search.ts';

/** A condition over an event, with every leaf. A search that is named twice stands there twice. */
export type ExplainedCondition =
  | { kind: 'and' | 'or' | 'not'; is_true: boolean; of: ExplainedCondition[] }
  | { kind: 'search'; name: string; is_true: boolean; of: ExplainedSearch };

/** How a rule stands to an event, search by search. */
export interface RuleExplanation {
  /** Of the rule by itself; `filters` may keep it back. */
  matches: boolean;
  tree: ExplainedCondition;
  /** Filters that narrow the rule, and whether each lets the event through. */
  filters: { id: string; title: string; is_true: boolean; tree: ExplainedCondition }[];
  searches: { name: string; is_true: boolean; true_items: string[]; false_items: string[] }[];
  /** Searches that would have to turn for the condition to hold, as people say it: `selection`, `not filter`. */
  missing: string[];
  /** Share of the searches in the condition that stand as it needs them, 0 to 1. */
  share: number;
  /** The fields that made it match, with the value that did; empty when it does not. A keyword has no field. */
  matched: { search: string; field: string | null; value: Scalar | null }[];
}

export function explainRule(rule: Rule, view: View, filters: readonly Filter[] = []): RuleExplanation {
  return compileExplanation(rule, filters)(view);
}

/** For a rule that is explained more than once. */
export function compileExplanation(rule: Rule, filters: readonly Filter[] = []): (view: View) => RuleExplanation {
  const explain = compileDetectionExplainer(rule.detection);
  const narrowing = filtersOf(rule, filters).map(({ header, detection }) => ({
    id: header.id,
    title: header.title,
    explain: compileDetectionExplainer(detection),
  }));
  return (view) => {
    const event = eventValues(view);
    const { tree, searches } = explain(event);
    const leaves = wantedLeaves(rule.detection.condition, true).map((leaf) => ({
      ...leaf,
      stands: searches.get(leaf.name)?.is_true === leaf.as,
    }));
    return {
      matches: tree.is_true,
      tree,
      filters: narrowing.map(({ id, title, explain: explainFilter }) => {
        const { tree: filterTree } = explainFilter(event);
        return { id, title, is_true: filterTree.is_true, tree: filterTree };
      }),
      searches: [...searches].map(([name, search]) => {
        const items = itemsOf(search);
        return {
          name,
          is_true: search.is_true,
          true_items: items.filter((item) => item.is_true).map((item) => item.text),
          false_items: items.filter((item) => !item.is_true).map((item) => item.text),
        };
      }),
      missing: [...new Set(missingOf(tree, true))],
      share: leaves.length === 0 ? 0 : leaves.filter((leaf) => leaf.stands).length / leaves.length,
      matched: tree.is_true ? reasonsOf(tree) : [],
    };
  };
}

function compileDetectionExplainer({ searches, condition }: Detection) {
  const explainers = new Map([...searches].map(([name, search]) => [name, compileSearchExplainer(search)] as const));
  return (event: ReturnType<typeof eventValues>) => {
    const explained = new Map([...explainers].map(([name, explain]) => [name, explain(event)] as const));
    return { tree: treeOf(condition, explained), searches: explained };
  };
}

function treeOf(condition: Condition, searches: ReadonlyMap<string, ExplainedSearch>): ExplainedCondition {
  if (condition.kind === 'search') {
    const of = searches.get(condition.name) ?? { kind: 'any', is_true: false, of: [] };
    return { kind: 'search', name: condition.name, is_true: of.is_true, of };
  }
  if (condition.kind === 'not') {
    const inner = treeOf(condition.of, searches);
    return { kind: 'not', is_true: !inner.is_true, of: [inner] };
  }
  const of = condition.of.map((part) => treeOf(part, searches));
  const isTrue = condition.kind === 'and' ? of.every((part) => part.is_true) : of.some((part) => part.is_true);
  return { kind: condition.kind, is_true: isTrue, of };
}

function itemsOf(search: ExplainedSearch): ExplainedItem[] {
  return search.kind === 'item' ? [search] : search.of.flatMap(itemsOf);
}

function wantedLeaves(condition: Condition, as: boolean): { name: string; as: boolean }[] {
  if (condition.kind === 'search') return [{ name: condition.name, as }];
  if (condition.kind === 'not') return wantedLeaves(condition.of, !as);
  return condition.of.flatMap((part) => wantedLeaves(part, as));
}

/** What would have to turn for the node to be `as`; of alternatives all of them. */
function missingOf(node: ExplainedCondition, as: boolean): string[] {
  if (node.is_true === as) return [];
  if (node.kind === 'search') return [as ? node.name : `not ${node.name}`];
  return node.of.flatMap((part) => missingOf(part, node.kind === 'not' ? !as : as));
}

/** The true leaves that hold the condition up. What a `not` keeps out is no field that matched. */
function reasonsOf(tree: ExplainedCondition): RuleExplanation['matched'] {
  const found: RuleExplanation['matched'] = [];
  const seen = new Set<ExplainedItem>();
  const walk = (name: string, search: ExplainedSearch): void => {
    if (!search.is_true) return;
    if (search.kind !== 'item') for (const part of search.of) walk(name, part);
    else if (!seen.has(search)) {
      seen.add(search);
      found.push({ search: name, field: search.field, value: search.hit ?? search.looked_at?.[0] ?? null });
    }
  };
  const visit = (node: ExplainedCondition): void => {
    if (!node.is_true || node.kind === 'not') return;
    if (node.kind === 'search') walk(node.name, node.of);
    else for (const part of node.of) visit(part);
  };
  visit(tree);
  return found;
}
