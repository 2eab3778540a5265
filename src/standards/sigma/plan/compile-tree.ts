import { anchorsOf, type CostOf } from './anchors.ts';
import type { Predicate, Tree } from './predicate-tree.ts';
import type { Truths } from './truths.ts';

/** Whether a tree is true of the event under way. */
export type TreeTest = (truths: Truths) => boolean;

/** Of what decides by itself, the cheapest that decides often is asked first. */
export function compileTree(tree: Tree, costOf: CostOf): TreeTest {
  if (tree.kind === 'always') return () => tree.value;
  if (tree.kind === 'leaf') {
    const { predicate, negated } = tree;
    return negated ? (truths) => !truths.of(predicate) : (truths) => truths.of(predicate);
  }
  const decides = tree.kind === 'or';
  const tests = tree.of
    .map((one) => ({ rank: rankOf(one, decides, costOf), test: compileTree(one, costOf) }))
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
function rankOf(tree: Tree, decides: boolean, costOf: CostOf): number {
  const chance = Math.min(0.95, anchorsOf(tree, costOf)?.cost ?? 0.9);
  return effortOf(tree) / Math.max(0.05, decides ? chance : 1 - chance);
}

function effortOf(tree: Tree): number {
  if (tree.kind === 'always') return 0;
  if (tree.kind === 'leaf') return effortOfPredicate(tree.predicate);
  // The first of many mostly settles it.
  return tree.of.reduce((sum, one, index) => sum + effortOf(one) / (index + 1), 0);
}

function effortOfPredicate({ field, matcher }: Predicate): number {
  const each = matcher.kind === 'regex' ? 20 : matcher.kind === 'cidr' || matcher.kind === 'time' ? 5 : 1;
  return field === undefined ? 20 * each : each;
}
