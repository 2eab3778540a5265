import { scalarsOf, type View } from '../event-values.ts';
import type { Anchor } from './anchor.ts';
import type { Candidates } from './candidates.ts';
import { createFieldScanner, type Anchoring } from './field-scanner.ts';
import { indexFold } from './index-fold.ts';
import { createWordSampler, hasEscape, type WordSampler } from './word-sampler.ts';
import type { Looked } from './word-table.ts';

/** Looks for keywords in an event as a whole, which costs far less than in each of its values. */
export interface KeywordScanner {
  /** @param json the text that every value of the view was read from */
  scan(view: View, json: string | undefined, into: Candidates): void;
}

export function createKeywordScanner(anchorings: readonly Anchoring[], seen: readonly string[]): KeywordScanner {
  const inJson = samplerOf(anchorings, plainPiece, seen);
  const inValues = samplerOf(anchorings, wholeText, seen);
  const inEach = createFieldScanner(anchorings, seen);
  return {
    scan(view, json, into) {
      into.add(inEach.whenPresent);
      // A text such as `\u0041` hides what it says.
      if (inJson && json !== undefined && !hasEscape(json)) return sampleAll(inJson, json, into);
      const values = scalarsOf(view, true);
      if (inValues) sampleAll(inValues, values.join('\n'), into);
      else for (const value of values) inEach.scan(value, into);
    },
  };
}

function sampleAll(sampler: WordSampler, text: string, into: Candidates): void {
  let known: string | undefined;
  const folded = () => (known ??= indexFold(text));
  if (sampler.sample(text, folded, into) > 127) sampler.sample(folded(), folded, into);
}

/** undefined: of one of the keywords nothing can be looked for in the whole. */
function samplerOf(
  anchorings: readonly Anchoring[],
  pieceOf: (anchor: Anchor) => string | undefined,
  seen: readonly string[],
): WordSampler | undefined {
  const looked: Looked[] = [];
  for (const { anchor, rules } of anchorings) {
    if (anchor.kind === 'present') continue;
    const text = pieceOf(anchor);
    if (text === undefined) return undefined;
    looked.push({ kind: 'contains', text, rules });
  }
  return createWordSampler(looked, seen);
}

/** What stands in a value stands in the values one after the other, wherever in its value it must be. */
const wholeText = (anchor: Anchor): string | undefined =>
  'text' in anchor && anchor.text !== '' ? anchor.text : undefined;

/** Shorter pieces stand in too many texts. */
const shortest = 4;
/** What String() gives for what is no text: 1e400 is a number in JSON. */
const notTexts = ['true', 'false', 'null', 'infinity'];

/** The longest part of a keyword that is written in JSON as it is. */
function plainPiece(anchor: Anchor): string | undefined {
  if (!('text' in anchor)) return undefined;
  const pieces = anchor.text.match(/[ !#-.0-[\]-~]+/g) ?? [];
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
  if (longest.length < shortest || /^[\d+.e-]+$/.test(anchor.text)) return undefined;
  return notTexts.some((word) => word.includes(anchor.text)) ? undefined : longest;
}
