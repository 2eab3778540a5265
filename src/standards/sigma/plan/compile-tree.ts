import { anchorsOfPredicate } from './anchors-of.ts';
import type { Costs } from './costs.ts';
import { effortNs } from './effort.ts';
import type { Tree } from './predicate-tree.ts';
import type { Truths } from './truths.ts';

/** Whether a tree is true of the event under way. */
export type TreeTest = (truths: Truths) => boolean;

/** Of what decides by itself, the cheapest that decides often is asked first. */
export function compileTree(tree: Tree, costs: Costs): TreeTest {
  if (tree.kind === 'always') return () => tree.value;
  if (tree.kind === 'leaf') {
    const { predicate, negated } = tree;
    return negated ? (truths) => !truths.of(predicate) : (truths) => truths.of(predicate);
  }
  const decides = tree.kind === 'or';
  const tests = tree.of
    .map((one) => ({ rank: rankOf(one, decides, costs), test: compileTree(one, costs) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ test }) => test);
  const [first, second] = tests;
  if (tests.length === 2 && first && second)
    return decides ? (truths) => first(truths) || second(truths) : (truths) => first(truths) && second(truths);
  return (truths) => {
    for (const test of tests) if (test(truths) === decides) return decides;
    return !decides;
  };
}

/** Effort for each time that it decides. */
function rankOf(tree: Tree, decides: boolean, costs: Costs): number {
  const chance = Math.min(0.95, chanceOf(tree, costs));
  return effortNs(tree) / Math.max(0.05, decides ? chance : 1 - chance);
}

/** The share of events of which it is true, at most. */
function chanceOf(tree: Tree, costs: Costs): number {
  if (tree.kind === 'always') return tree.value ? 1 : 0;
  if (tree.kind === 'leaf') {
    const anchors = tree.negated ? undefined : anchorsOfPredicate(tree.predicate);
    return anchors ? anchors.reduce((sum, anchor) => sum + costs.chanceOf(anchor), 0) : 0.9;
  }
  const inner = tree.of.map((one) => chanceOf(one, costs));
  return tree.kind === 'and' ? Math.min(...inner) : inner.reduce((sum, one) => sum + one, 0);
}
