import type { Pattern } from '../pattern.ts';
import type { Anchor } from '../scan/anchor.ts';
import { indexFold } from '../scan/index-fold.ts';
import type { Predicate } from './predicate-tree.ts';
import { neededTexts } from './regex-literals.ts';

/** What a predicate needs, any of it; undefined: it can be true of any event. */
export function anchorsOfPredicate({ field, matcher }: Predicate): readonly Anchor[] | undefined {
  const of = field === undefined ? {} : { field };
  switch (matcher.kind) {
    case 'pattern':
      return [anchorOfPattern(of, matcher.pattern)];
    case 'number':
      return [{ ...of, kind: 'number', number: matcher.value }];
    case 'boolean':
      return (matcher.value ? ['true', '1'] : ['false', '0']).map((text) => ({ ...of, kind: 'equals', text }));
    case 'regex': {
      const texts = neededTexts(matcher.source);
      if (!texts?.every(isFoldedInPlace)) return [{ ...of, kind: 'present' }];
      return texts.map((text) => ({ ...of, kind: 'contains', text }));
    }
    case 'exists':
      return matcher.value ? [{ ...of, kind: 'present' }] : undefined;
    case 'null':
      return undefined;
    case 'cidr':
    case 'compare':
    case 'time':
    case 'fieldref':
      return [{ ...of, kind: 'present' }];
  }
}

/** A capital I with a dot folds to two characters, the second of which is this: such a text stands elsewhere in a value than in its fold. */
const isFoldedInPlace = (text: string) => !text.includes('\u0307');

/** The longest literal, and where it must stand. Halves of surrogate pairs do not fold by themselves, so they anchor nothing. */
function anchorOfPattern(of: { field?: string }, pattern: Pattern): Anchor {
  if (pattern.length === 0) return { ...of, kind: 'equals', text: '' };
  const literals = pattern.flatMap((part, at) =>
    typeof part === 'string' && part.isWellFormed() && isFoldedInPlace(indexFold(part))
      ? [{ text: indexFold(part), at }]
      : [],
  );
  const longest = literals.reduce<(typeof literals)[number] | undefined>(
    (best, one) => (best && best.text.length >= one.text.length ? best : one),
    undefined,
  );
  if (!longest || longest.text === '') return { ...of, kind: 'present' };
  const { text, at } = longest;
  if (pattern.length === 1) return { ...of, kind: 'equals', text };
  if (at === 0) return { ...of, kind: 'starts', text };
  return { ...of, kind: at === pattern.length - 1 ? 'ends' : 'contains', text };
}
