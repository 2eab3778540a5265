import { anchorsOfPredicate } from './anchors-of.ts';
import type { Costs } from './costs.ts';
import { effortNs } from './effort.ts';
import type { Tree } from './predicate-tree.ts';

/** The same tree: of what decides by itself, the cheapest that decides often stands first. */
export function ordered(tree: Tree, costs: Costs): Tree {
  if (tree.kind === 'always' || tree.kind === 'leaf') return tree;
  const decides = tree.kind === 'or';
  const ranked = tree.of.map((one) => ({ rank: rankOf(one, decides, costs), tree: ordered(one, costs) }));
  return { kind: tree.kind, of: ranked.sort((a, b) => a.rank - b.rank).map((one) => one.tree) };
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
