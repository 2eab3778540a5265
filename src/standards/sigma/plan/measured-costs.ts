import { absent, lookUp, scalarsOf, type View } from '../event-values.ts';
import { anchorKey, type Anchor } from '../scan/anchor.ts';
import { anchorsOfPredicate } from './anchors-of.ts';
import { createCandidates } from '../scan/candidates.ts';
import type { Costs } from './costs.ts';
import { createFieldScanner, type Anchoring } from '../scan/field-scanner.ts';
import { indexFold } from '../scan/index-fold.ts';
import type { Tree } from './predicate-tree.ts';
import { staticCosts } from './static-costs.ts';

/**
 * What events of the class show: how often anchors are found, and how much there is to read. What was never found has the
 * chance that is guessed of it, in proportion: a hundred events say little about one in a thousand.
 */
export function measuredCosts(trees: readonly Tree[], samples: readonly View[]): Costs {
  const anchors = new Map<string, { anchor: Anchor; place: number }>();
  for (const tree of trees) collect(tree, anchors);
  const byField = Map.groupBy(anchors.values(), ({ anchor }) => anchor.field);
  const scanners = [...byField].map(([field, ofField]) => ({
    field,
    scanner: createFieldScanner(ofField.map(({ anchor, place }): Anchoring => ({ anchor, rules: [place] }))),
    values: 0,
    length: 0,
  }));
  const found = new Uint32Array(anchors.size);
  const candidates = createCandidates(anchors.size);
  for (const view of samples) {
    candidates.clear();
    for (const measured of scanners) {
      const { field, scanner } = measured;
      const value = field === undefined ? view : lookUp(view, field);
      if (value === absent) continue;
      candidates.add(scanner.whenPresent);
      for (const scalar of scalarsOf(value, field === undefined)) {
        scanner.scan(scalar, candidates);
        measured.values += 1;
        measured.length += typeof scalar === 'string' ? scalar.length : 0;
      }
    }
    for (let at = 0; at < candidates.count; at += 1) {
      const place = candidates.rules[at] ?? 0;
      found[place] = (found[place] ?? 0) + 1;
    }
  }
  const ofField = new Map(scanners.map((measured) => [measured.field, measured]));
  const each = samples.length + 1;
  return {
    chanceOf(anchor) {
      const known = anchors.get(anchorKey(anchor));
      const times = known ? (found[known.place] ?? 0) : 0;
      return Math.min(1, (times + staticCosts.chanceOf(anchor)) / each);
    },
    lengthOf: (field) => (ofField.get(field)?.length ?? 0) / each,
    valuesOf: (field) => ((ofField.get(field)?.values ?? 0) + 0.1) / each,
    textsOf: (field) => textsIn(samples, field),
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

/** As much as tells which words are common. */
const enough = { texts: 40, characters: 4_000 };

function textsIn(samples: readonly View[], field: string | undefined): string[] {
  const few = samples.slice(0, enough.texts);
  const texts =
    field === undefined
      ? few.map((view) => JSON.stringify(view))
      : few.flatMap((view) => scalarsOf(lookUp(view, field), false).filter((scalar) => typeof scalar === 'string'));
  return texts.slice(0, enough.texts).map((text) => indexFold(text.slice(0, enough.characters)));
}
