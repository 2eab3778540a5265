import { numberOf, type Scalar } from '../event-values.ts';
import type { Anchor } from './anchors.ts';
import { indexFold } from './index-fold.ts';
import { createTextTrie } from './text-trie.ts';
import { createWordSampler } from './word-sampler.ts';

/** Finds the anchors of one field in its values. */
export interface FieldScanner {
  /** The field is there; asked once for an event. */
  present(onRule: (rule: number) => void): void;
  /** Of each value. A rule may be told more than once. */
  scan(value: Scalar, onRule: (rule: number) => void): void;
}

/** An anchor with the rules that need it. */
export interface Anchoring {
  anchor: Anchor;
  rules: readonly number[];
}

const longestNumber = 40;

export function createFieldScanner(anchorings: readonly Anchoring[]): FieldScanner {
  const always: number[] = [];
  const numbers = new Map<number, readonly number[]>();
  const equals = new Map<string, readonly number[]>();
  /** Bit n: a text of that length (31: or longer) is looked for. */
  let lengths = 0;
  const placed = { starts: new Texts(), ends: new Texts(), contains: new Texts() };
  for (const { anchor, rules } of anchorings) {
    if (anchor.kind === 'present') always.push(...rules);
    else if (anchor.kind === 'number') numbers.set(anchor.number, rules);
    else if (anchor.kind === 'equals') {
      equals.set(anchor.text, rules);
      lengths |= 1 << Math.min(31, anchor.text.length);
    } else placed[anchor.kind].add(anchor.text, rules);
  }
  const starts = placed.starts.texts.length > 0 ? createTextTrie(placed.starts.texts, 'forward') : undefined;
  const ends = placed.ends.texts.length > 0 ? createTextTrie(placed.ends.texts, 'backward') : undefined;
  const contains = placed.contains.texts.length > 0 ? createWordSampler(placed.contains.texts) : undefined;

  return {
    present(onRule) {
      for (const rule of always) onRule(rule);
    },
    scan(value, onRule) {
      if (value === null) return;
      if (numbers.size > 0) {
        const number = typeof value === 'string' && value.length > longestNumber ? undefined : numberOf(value);
        const rules = number === undefined ? undefined : numbers.get(number);
        if (rules) for (const rule of rules) onRule(rule);
      }
      const text = typeof value === 'string' ? value : String(value);
      let folded: string | undefined;
      if (lengths !== 0) {
        // Folding changes the length of few texts, and only of those that are not Latin 1.
        if (((lengths >>> Math.min(31, text.length)) & 1) === 1 || /[^\0-\xff]/.test(text)) {
          folded = indexFold(text);
          const rules = equals.get(folded);
          if (rules) for (const rule of rules) onRule(rule);
        }
      }
      if (starts || ends) {
        folded ??= indexFold(text);
        starts?.walk(folded, (index) => placed.starts.tell(index, onRule));
        ends?.walk(folded, (index) => placed.ends.tell(index, onRule));
      }
      contains?.scan(text, (index) => placed.contains.tell(index, onRule));
    },
  };
}

class Texts {
  readonly texts: string[] = [];
  readonly #rules: (readonly number[])[] = [];

  add(text: string, rules: readonly number[]): void {
    this.texts.push(text);
    this.#rules.push(rules);
  }

  tell(index: number, onRule: (rule: number) => void): void {
    for (const rule of this.#rules[index] ?? []) onRule(rule);
  }
}
