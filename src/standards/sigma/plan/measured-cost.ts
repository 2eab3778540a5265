import { absent, lookUp, scalarsOf, type View } from '../event-values.ts';
import { anchorKey, anchorsOfPredicate, type Anchor, type CostOf } from './anchors.ts';
import { createCandidates } from './candidates.ts';
import { createFieldScanner, type Anchoring } from './field-scanner.ts';
import type { Tree } from './predicate-tree.ts';
import { lookingCost, staticCost } from './static-cost.ts';

/**
 * The cost of anchors by how often they are found in events of the class. What was never found costs what is guessed of it, in
 * proportion: a hundred events say little about one in a thousand.
 */
export function measuredCost(trees: readonly Tree[], samples: readonly View[]): CostOf {
  const anchors = new Map<string, { anchor: Anchor; place: number }>();
  for (const tree of trees) collect(tree, anchors);
  const byField = Map.groupBy(anchors.values(), ({ anchor }) => anchor.field);
  const scanners = [...byField].map(([field, ofField]) => ({
    field,
    scanner: createFieldScanner(ofField.map(({ anchor, place }): Anchoring => ({ anchor, rules: [place] }))),
  }));
  const found = new Uint32Array(anchors.size);
  const candidates = createCandidates(anchors.size);
  for (const view of samples) {
    candidates.clear();
    for (const { field, scanner } of scanners) {
      const value = field === undefined ? view : lookUp(view, field);
      if (value === absent) continue;
      candidates.add(scanner.whenPresent);
      for (const scalar of scalarsOf(value, field === undefined)) scanner.scan(scalar, candidates);
    }
    for (let at = 0; at < candidates.count; at += 1) {
      const place = candidates.rules[at] ?? 0;
      found[place] = (found[place] ?? 0) + 1;
    }
  }
  return (anchor) => {
    const known = anchors.get(anchorKey(anchor));
    const times = known ? (found[known.place] ?? 0) : 0;
    return (times + Math.min(1, staticCost(anchor))) / (samples.length + 1) + lookingCost(anchor);
  };
}

function collect(tree: Tree, into: Map<string, { anchor: Anchor; place: number }>): void {
  if (tree.kind === 'always') return;
  if (tree.kind !== 'leaf') {
    for (const one of tree.of) collect(one, into);
    return;
  }
  if (tree.negated) return;
  for (const anchor of anchorsOfPredicate(tree.predicate) ?? []) {
    const key = anchorKey(anchor);
    if (!into.has(key)) into.set(key, { anchor, place: into.size });
  }
}
