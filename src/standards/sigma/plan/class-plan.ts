import { absent, lookUp, scalarsOf, type EventValues, type View } from '../event-values.ts';
import { anchorKey, anchorsOf, type Anchor, type CostOf } from './anchors.ts';
import { createCandidates, type Candidates } from './candidates.ts';
import { createFieldScanner, type Anchoring, type FieldScanner } from './field-scanner.ts';
import { compileTree } from './compile-tree.ts';
import type { Tree } from './predicate-tree.ts';
import type { Truths } from './truths.ts';

/** What is done for events of one class: which of its rules can match is found in a few fields, then those are tested. */
export interface ClassPlan {
  /** Positions of the rules that match, in their order. */
  match(view: View, event: () => EventValues, truths: Truths): readonly number[];
}

/** What a rule wants of an event of the class. */
export interface PositionedTree {
  position: number;
  tree: Tree;
}

/** @param trees of the rules by their positions; those that cannot match events of this class are left out */
export function planClass(trees: readonly PositionedTree[], costOf: CostOf): ClassPlan {
  const tests = trees.map(({ tree }) => compileTree(tree, costOf));
  const always: number[] = [];
  const byField = new Map<string | undefined, Map<string, { anchor: Anchor; rules: number[] }>>();
  for (const [rule, { tree }] of trees.entries()) {
    const anchored = anchorsOf(tree, costOf);
    if (!anchored) {
      always.push(rule);
      continue;
    }
    for (const anchor of anchored.anchors) {
      const ofField = byField.get(anchor.field) ?? new Map<string, Anchoring & { rules: number[] }>();
      byField.set(anchor.field, ofField);
      const key = anchorKey(anchor);
      const anchoring = ofField.get(key) ?? { anchor, rules: [] };
      ofField.set(key, anchoring);
      if (anchoring.rules.at(-1) !== rule) anchoring.rules.push(rule);
    }
  }
  const fields: { field: string; scanner: FieldScanner }[] = [];
  let anywhere: FieldScanner | undefined;
  for (const [field, anchorings] of byField) {
    const scanner = createFieldScanner([...anchorings.values()]);
    if (field === undefined) anywhere = scanner;
    else fields.push({ field, scanner });
  }

  const candidates = createCandidates(trees.length);

  return {
    match(view, event, truths) {
      candidates.clear();
      candidates.add(always);
      for (const { field, scanner } of fields) scanField(lookUp(view, field), scanner, candidates);
      if (anywhere) {
        candidates.add(anywhere.whenPresent);
        for (const value of scalarsOf(view, true)) anywhere.scan(value, candidates);
      }
      if (candidates.count === 0) return [];
      truths.begin(event());
      const matching: number[] = [];
      for (let at = 0; at < candidates.count; at += 1) {
        const rule = candidates.rules[at] ?? 0;
        if (tests[rule]?.(truths) === true) matching.push(trees[rule]?.position ?? 0);
      }
      return matching.sort((a, b) => a - b);
    },
  };
}

function scanField(found: unknown, scanner: FieldScanner, into: Candidates): void {
  if (found === absent) return;
  into.add(scanner.whenPresent);
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean')
    return scanner.scan(found, into);
  for (const value of scalarsOf(found, false)) scanner.scan(value, into);
}
