import { absent, lookUp, scalarsOf, type EventValues, type View } from '../event-values.ts';
import { anchorKey, type Anchor } from '../scan/anchor.ts';
import { createCandidates, type Candidates } from '../scan/candidates.ts';
import { chooseAnchors } from './choose-anchors.ts';
import type { Costs } from './costs.ts';
import { createFieldScanner, type Anchoring, type FieldScanner } from '../scan/field-scanner.ts';
import { compileTree } from './compile-tree.ts';
import { createKeywordScanner, type KeywordScanner } from '../scan/keyword-scanner.ts';
import { createValueMemo } from '../scan/value-memo.ts';
import type { Tree } from './predicate-tree.ts';
import type { Truths } from './truths.ts';

/** What is done for events of one class: which of its rules can match is found in a few fields, then those are tested. */
export interface ClassPlan {
  /** Positions of the rules that match, in their order. */
  match(view: View, event: () => EventValues, truths: Truths, json?: string): readonly number[];
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
  let keywords: KeywordScanner | undefined;
  for (const [field, anchorings] of byField) {
    const scanner = createFieldScanner([...anchorings.values()]);
    if (field === undefined) {
      anywhere = scanner;
      keywords = createKeywordScanner([...anchorings.values()]);
    } else if (field.includes('.')) byPath.push({ field, scanner });
    else scanners.set(field, scanner);
  }
  const candidates = createCandidates(trees.length);
  /** What one value gives. */
  const fresh = createCandidates(trees.length);
  const keys = createKeyOrder((key) => {
    const scanner = scanners.get(key);
    return (scanner ?? anywhere) && createKeyScan(scanner, anywhere, fresh);
  });
  const ownKeys = createKeyOrder((key) => {
    const scanner = scanners.get(key);
    return scanner && createKeyScan(scanner, undefined, fresh);
  });

  return {
    match(view, event, truths, json) {
      candidates.clear();
      candidates.add(always);
      const isScanned = !anywhere || (json !== undefined && keywords?.scan(json, candidates) === true);
      (isScanned ? ownKeys : keys).scan(view, candidates);
      for (const { field, scanner } of byPath) {
        const found = lookUp(view, field);
        if (found !== absent) scanList(found, scanner, candidates);
      }
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

/** Looks at what stands under one key. */
interface KeyScan {
  scan(value: unknown, into: Candidates): void;
}

function createKeyScan(own: FieldScanner | undefined, anywhere: FieldScanner | undefined, fresh: Candidates): KeyScan {
  const memo = createValueMemo();
  return {
    scan(value, into) {
      if (own) into.add(own.whenPresent);
      if (typeof value === 'string') {
        let found = memo.find(value);
        if (!found) {
          fresh.clear();
          own?.scan(value, fresh);
          anywhere?.scan(value, fresh);
          found = fresh.count === 0 ? none : [...fresh.rules.subarray(0, fresh.count)];
          memo.keep(value, found);
        }
        if (found !== none) into.add(found);
      } else if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
        own?.scan(value, into);
        anywhere?.scan(value, into);
      } else {
        if (own) scanList(value, own, into);
        if (anywhere) for (const one of scalarsOf(value, true)) anywhere.scan(one, into);
      }
    },
  };
}

function scanList(found: unknown, scanner: FieldScanner, into: Candidates): void {
  into.add(scanner.whenPresent);
  for (const value of scalarsOf(found, false)) scanner.scan(value, into);
}

/** Keys that are kept; events of one class mostly have the same ones in the same order. */
const mostKeys = 256;

/** What looks at a key, without looking it up where it stands in the place in which it stood before. */
function createKeyOrder(scanOf: (key: string) => KeyScan | undefined) {
  const known = new Map<string, KeyScan | undefined>();
  const keys: string[] = [];
  const scans: (KeyScan | undefined)[] = [];

  function find(key: string): KeyScan | undefined {
    if (known.has(key)) return known.get(key);
    const scan = scanOf(key);
    if (known.size < mostKeys) known.set(key, scan);
    return scan;
  }

  function at(place: number, key: string): KeyScan | undefined {
    const scan = find(key);
    if (place <= keys.length && place < mostKeys) {
      keys[place] = key;
      scans[place] = scan;
    }
    return scan;
  }

  return {
    scan(view: View, into: Candidates): void {
      let place = 0;
      for (const key in view) {
        const scan = keys[place] === key ? scans[place] : at(place, key);
        place += 1;
        if (scan !== undefined) scan.scan(view[key], into);
      }
    },
  };
}
