import type { EventTest } from '../compile-rule.ts';
import { anchorsOf, type CostOf } from './anchors.ts';
import { truthOfPredicate, type Tree } from './predicate-tree.ts';

/** A test of the whole tree; of what decides by itself, the rarest is asked first. */
export function compileTree(tree: Tree, costOf: CostOf): EventTest {
  if (tree.kind === 'always') return () => tree.value;
  if (tree.kind === 'leaf') {
    const { predicate, negated } = tree;
    return (event) => truthOfPredicate(predicate, event) !== negated;
  }
  const shareOf = (one: Tree) => anchorsOf(one, costOf)?.cost ?? Number.POSITIVE_INFINITY;
  if (tree.kind === 'and') {
    const tests = tree.of
      .map((one) => ({ share: shareOf(one), test: compileTree(one, costOf) }))
      .sort((a, b) => a.share - b.share)
      .map(({ test }) => test);
    return (event) => {
      for (const test of tests) if (!test(event)) return false;
      return true;
    };
  }
  const tests = tree.of.map((one) => compileTree(one, costOf));
  return (event) => {
    for (const test of tests) if (test(event)) return true;
    return false;
  };
}
