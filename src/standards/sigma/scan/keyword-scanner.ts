import type { Anchor } from './anchor.ts';
import type { Candidates } from './candidates.ts';
import type { Anchoring } from './field-scanner.ts';
import { indexFold } from './index-fold.ts';
import { createWordSampler, hasEscape } from './word-sampler.ts';
import type { Looked } from './word-table.ts';

/** Looks for keywords in the JSON text of an event as a whole, which costs far less than in each of its values. */
export interface KeywordScanner {
  /** False: this text may hide what it says (`\u0041`), so that the values themselves must be looked at. */
  scan(json: string, into: Candidates): boolean;
}

/** undefined: one of the keywords may stand in a value and not in the JSON text that it was read from. */
export function createKeywordScanner(
  anchorings: readonly Anchoring[],
  seen: readonly string[],
): KeywordScanner | undefined {
  const looked: Looked[] = [];
  for (const { anchor, rules } of anchorings) {
    const text = plainPiece(anchor);
    if (text === undefined) return undefined;
    looked.push({ kind: 'contains', text, rules });
  }
  const sampler = createWordSampler(looked, seen);
  return {
    scan(json, into) {
      if (hasEscape(json)) return false;
      let known: string | undefined;
      const folded = () => (known ??= indexFold(json));
      if (sampler.sample(json, folded, into) > 127) sampler.sample(folded(), folded, into);
      return true;
    },
  };
}

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
