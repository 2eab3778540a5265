import { absent, lookUp, scalarsOf, type EventValues, type View } from '../event-values.ts';
import { anchorKey, type Anchor } from './anchors.ts';
import { createCandidates, type Candidates } from './candidates.ts';
import { chooseAnchors } from './choose-anchors.ts';
import type { Costs } from './costs.ts';
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
export function planClass(trees: readonly PositionedTree[], costs: Costs): ClassPlan {
  const tests = trees.map(({ tree }) => compileTree(tree, costs));
  const always: number[] = [];
  const byField = new Map<string | undefined, Map<string, { anchor: Anchor; rules: number[] }>>();
  const chosen = chooseAnchors(
    trees.map(({ tree }) => tree),
    costs,
  );
  for (const [rule, anchors] of chosen.entries()) {
    if (!anchors) {
      always.push(rule);
      continue;
    }
    for (const anchor of anchors) {
      const ofField = byField.get(anchor.field) ?? new Map<string, Anchoring & { rules: number[] }>();
      byField.set(anchor.field, ofField);
      const key = anchorKey(anchor);
      const anchoring = ofField.get(key) ?? { anchor, rules: [] };
      ofField.set(key, anchoring);
      if (anchoring.rules.at(-1) !== rule) anchoring.rules.push(rule);
    }
  }
  const scanners = new Map<string, FieldScanner>();
  const byPath: { field: string; scanner: FieldScanner }[] = [];
  let anywhere: FieldScanner | undefined;
  for (const [field, anchorings] of byField) {
    const scanner = createFieldScanner([...anchorings.values()]);
    if (field === undefined) anywhere = scanner;
    else if (field.includes('.')) byPath.push({ field, scanner });
    else scanners.set(field, scanner);
  }
  const candidates = createCandidates(trees.length);
  const seen = createKeyOrder(scanners);

  function scanValue(value: unknown, scanner: FieldScanner | undefined): void {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) {
      if (scanner) {
        candidates.add(scanner.whenPresent);
        scanner.scan(value, candidates);
      }
      anywhere?.scan(value, candidates);
      return;
    }
    if (scanner) {
      candidates.add(scanner.whenPresent);
      for (const one of scalarsOf(value, false)) scanner.scan(one, candidates);
    }
    if (anywhere) for (const one of scalarsOf(value, true)) anywhere.scan(one, candidates);
  }

  return {
    match(view, event, truths) {
      candidates.clear();
      candidates.add(always);
      let at = 0;
      for (const key in view) {
        const scanner = seen.at(at, key);
        at += 1;
        if (scanner !== undefined || anywhere !== undefined) scanValue(view[key], scanner);
      }
      for (const { field, scanner } of byPath) scanFound(lookUp(view, field), scanner, candidates);
      if (anywhere) candidates.add(anywhere.whenPresent);
      if (candidates.count === 0) return none;
      truths.begin(event());
      const matching: number[] = [];
      for (let found = 0; found < candidates.count; found += 1) {
        const rule = candidates.rules[found] ?? 0;
        if (tests[rule]?.(truths) === true) matching.push(trees[rule]?.position ?? 0);
      }
      return matching.length < 2 ? matching : matching.sort((a, b) => a - b);
    },
  };
}

const none: readonly number[] = [];

function scanFound(found: unknown, scanner: FieldScanner, into: Candidates): void {
  if (found === absent) return;
  into.add(scanner.whenPresent);
  for (const value of scalarsOf(found, false)) scanner.scan(value, into);
}

/** Keys that are kept; events of one class mostly have the same ones in the same order. */
const mostKeys = 256;

/** The scanner of a key, without looking it up where it stands in the place in which it stood before. */
function createKeyOrder(scanners: ReadonlyMap<string, FieldScanner>) {
  const keys: string[] = [];
  const ofKeys: (FieldScanner | undefined)[] = [];
  return {
    at(place: number, key: string): FieldScanner | undefined {
      if (keys[place] === key) return ofKeys[place];
      const scanner = scanners.get(key);
      if (place <= keys.length && place < mostKeys) {
        keys[place] = key;
        ofKeys[place] = scanner;
      }
      return scanner;
    },
  };
}
