import { numberOf, type Scalar } from '../event-values.ts';
import type { Anchor } from './anchor.ts';
import type { Candidates } from './candidates.ts';
import { indexFold } from './index-fold.ts';
import { createPlaceProber } from './place-prober.ts';
import { createWordSampler, isAscii } from './word-sampler.ts';
import { isBeyondLatin1, type Looked } from './word-table.ts';

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

/** @param seen texts in which words are common: they tell little */
export function createFieldScanner(anchorings: readonly Anchoring[], seen: readonly string[] = []): FieldScanner {
  const whenPresent: number[] = [];
  const whenEmpty: number[] = [];
  const numbers = new Map<number, readonly number[]>();
  const looked: Looked[] = [];
  for (const { anchor, rules } of anchorings)
    if (anchor.kind === 'present') whenPresent.push(...rules);
    else if (anchor.kind === 'number') numbers.set(anchor.number, rules);
    else if (anchor.text === '') whenEmpty.push(...rules);
    else looked.push({ kind: anchor.kind, text: anchor.text, rules });
  const near = createTextScanner(
    looked.filter(({ text }) => !isBeyondLatin1(text)),
    seen,
  );
  const beyond = createTextScanner(
    looked.filter(({ text }) => isBeyondLatin1(text)),
    seen,
  );
  const hasNumbers = numbers.size > 0;
  /** Whole numbers from 0 that are shorter than every text that is looked for. */
  const shortest = Math.min(15, ...looked.map(({ text }) => text.length));
  const tooShort = shortest > 1 ? 10 ** (shortest - 1) : 0;

  let value = '';
  let known: string | undefined;
  const folded = () => (known ??= indexFold(value));

  function lookAt(text: string, into: Candidates): void {
    value = text;
    known = undefined;
    const read = near?.(text, folded, into) ?? 0;
    if (read > 127 || (beyond && !isAscii(text))) {
      const again = folded();
      near?.(again, folded, into);
      beyond?.(again, folded, into);
    }
    // There are many scanners, and a value may be large.
    value = '';
    known = undefined;
  }

  return {
    whenPresent,
    scan(scalar, into) {
      if (scalar === null) return;
      if (hasNumbers && (typeof scalar !== 'string' || scalar.length <= longestNumber)) {
        const number = numberOf(scalar);
        const rules = number === undefined ? undefined : numbers.get(number);
        if (rules) into.add(rules);
      }
      if (scalar === '') into.add(whenEmpty);
      else if (typeof scalar === 'string') lookAt(scalar, into);
      else if (typeof scalar !== 'number' || !Number.isInteger(scalar) || scalar < 0 || scalar >= tooShort)
        lookAt(String(scalar), into);
    },
  };
}

/** Gives the characters it has looked at, or-ed, as `PlaceProber` does. */
type TextScanner = (value: string, folded: () => string, into: Candidates) => number;

function createTextScanner(looked: readonly Looked[], seen: readonly string[]): TextScanner | undefined {
  const placed = looked.filter(({ kind }) => kind !== 'contains');
  const contained = looked.filter(({ kind }) => kind === 'contains');
  const prober = placed.length > 0 ? createPlaceProber(placed) : undefined;
  const sampler = contained.length > 0 ? createWordSampler(contained, seen) : undefined;
  if (prober && sampler)
    return (value, folded, into) => prober.probe(value, folded, into) | sampler.sample(value, folded, into);
  if (prober) return (value, folded, into) => prober.probe(value, folded, into);
  return sampler && ((value, folded, into) => sampler.sample(value, folded, into));
}
