import { absent, lookUp, scalarsOf, type View } from '../event-values.ts';
import { anchorKey, type Anchor } from '../scan/anchor.ts';
import { createCandidates, type Candidates } from '../scan/candidates.ts';
import { chooseAnchors } from './choose-anchors.ts';
import type { Costs } from './costs.ts';
import { createFieldScanner, type Anchoring, type FieldScanner } from '../scan/field-scanner.ts';
import { createKeywordScanner, type KeywordScanner } from '../scan/keyword-scanner.ts';
import { ordered } from './order-tests.ts';
import type { Tree } from './predicate-tree.ts';
import { createProgram } from './program.ts';

/** What is done for events of one class: which of its rules can match is found in a few fields, then those are tested. */
export interface ClassPlan {
  /** Positions of the rules that match, in their order. */
  match(view: View, json?: string): readonly number[];
}

/** What a rule wants of an event of the class. */
export interface PositionedTree {
  position: number;
  tree: Tree;
}

/** @param trees of the rules by their positions; those that cannot match events of this class are left out */
export function planClass(trees: readonly PositionedTree[], costs: Costs): ClassPlan {
  const program = createProgram(trees.map(({ tree }) => ordered(tree, costs)));
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
  let keywords: KeywordScanner | undefined;
  for (const [field, anchorings] of byField) {
    const all = [...anchorings.values()];
    const seen = costs.textsOf(field);
    if (field === undefined) keywords = createKeywordScanner(all, seen);
    else if (field.includes('.')) byPath.push({ field, scanner: createFieldScanner(all, seen) });
    else scanners.set(field, createFieldScanner(all, seen));
  }
  const candidates = createCandidates(trees.length);
  const keys = createKeyOrder((key) => scanners.get(key));

  return {
    match(view, json) {
      candidates.clear();
      if (always.length > 0) candidates.add(always);
      keywords?.scan(view, json, candidates);
      if (scanners.size > 0) keys.scan(view, candidates);
      for (const { field, scanner } of byPath) {
        const found = lookUp(view, field);
        if (found !== absent) scanValue(found, scanner, candidates);
      }
      if (candidates.count === 0) return none;
      program.begin(view);
      const matching: number[] = [];
      for (let found = 0; found < candidates.count; found += 1) {
        const rule = candidates.rules[found] ?? 0;
        if (program.isTrue(program.starts[rule] ?? 0)) matching.push(trees[rule]?.position ?? 0);
      }
      return matching.length < 2 ? matching : matching.sort((a, b) => a - b);
    },
  };
}

const none: readonly number[] = [];

function scanValue(found: unknown, scanner: FieldScanner, into: Candidates): void {
  if (scanner.whenPresent.length > 0) into.add(scanner.whenPresent);
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') scanner.scan(found, into);
  else for (const value of scalarsOf(found, false)) scanner.scan(value, into);
}

/** Keys that are kept; events of one class mostly have the same ones in the same order. */
const mostKeys = 256;

/** Finds what looks at a key where it stood before, behind the key before it; one is searched for only where some are left out. */
function createKeyOrder(scannerOf: (key: string) => FieldScanner | undefined) {
  const places = new Map<string, number>();
  const keys: string[] = [];
  const scanners: (FieldScanner | undefined)[] = [];

  function placeOf(key: string): number {
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = keys.length;
    // What is not kept stands in the last place, which is always looked up anew.
    if (place >= mostKeys) places.delete(keys.pop() ?? '');
    places.set(key, keys.length);
    scanners[keys.length] = scannerOf(key);
    return keys.push(key) - 1;
  }

  return {
    scan(view: View, into: Candidates): void {
      let place = 0;
      for (const key in view) {
        if (keys[place] !== key) place = placeOf(key);
        const scanner = scanners[place];
        place += 1;
        if (scanner !== undefined) scanValue(view[key], scanner, into);
      }
    },
  };
}
