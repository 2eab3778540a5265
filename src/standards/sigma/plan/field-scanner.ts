import { numberOf, type Scalar } from '../event-values.ts';
import type { Anchor } from './anchors.ts';
import type { Candidates } from './candidates.ts';
import { indexFold } from './index-fold.ts';
import { createTextTrie, type Looked } from './text-trie.ts';
import { createWordSampler } from './word-sampler.ts';

/** Finds the anchors of one field in its values. */
export interface FieldScanner {
  /** The rules for which it is enough that the field is there. */
  readonly whenPresent: readonly number[];
  /** Of each value. */
  scan(value: Scalar, into: Candidates): void;
}

/** An anchor with the rules that need it. */
export interface Anchoring {
  anchor: Anchor;
  rules: readonly number[];
}

const longestNumber = 40;

export function createFieldScanner(anchorings: readonly Anchoring[]): FieldScanner {
  const whenPresent: number[] = [];
  const numbers = new Map<number, readonly number[]>();
  const equals = new Map<string, readonly number[]>();
  /** Bit n: a text of that length (31: or longer) is looked for. */
  let lengths = 0;
  const looked: Record<'starts' | 'ends' | 'contains', Looked[]> = { starts: [], ends: [], contains: [] };
  for (const { anchor, rules } of anchorings) {
    if (anchor.kind === 'present') whenPresent.push(...rules);
    else if (anchor.kind === 'number') numbers.set(anchor.number, rules);
    else if (anchor.kind === 'equals') {
      equals.set(anchor.text, rules);
      lengths |= 1 << Math.min(31, anchor.text.length);
    } else looked[anchor.kind].push({ text: anchor.text, rules });
  }
  const starts = looked.starts.length > 0 ? createTextTrie(looked.starts, 'forward') : undefined;
  const ends = looked.ends.length > 0 ? createTextTrie(looked.ends, 'backward') : undefined;
  const contains = looked.contains.length > 0 ? createWordSampler(looked.contains) : undefined;
  const hasNumbers = numbers.size > 0;

  function lookAt(text: string, into: Candidates): void {
    let folded: string | undefined;
    // Folding changes the length of few texts, and only of those that are not Latin 1.
    if (lengths !== 0 && (((lengths >>> Math.min(31, text.length)) & 1) === 1 || /[^\0-\xff]/.test(text))) {
      folded = indexFold(text);
      const rules = equals.get(folded);
      if (rules) into.add(rules);
    }
    if (starts || ends) {
      folded ??= indexFold(text);
      starts?.walk(folded, into);
      ends?.walk(folded, into);
    }
    contains?.scan(text, into);
  }

  return {
    whenPresent,
    scan(value, into) {
      if (value === null) return;
      if (hasNumbers && (typeof value !== 'string' || value.length <= longestNumber)) {
        const number = numberOf(value);
        const rules = number === undefined ? undefined : numbers.get(number);
        if (rules) into.add(rules);
      }
      lookAt(typeof value === 'string' ? value : String(value), into);
    },
  };
}
