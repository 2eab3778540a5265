import { fold } from '../pattern.ts';

/**
 * Folds for looking up, so that whatever any test could call equal is equal: `fold`, and the long s, which RE2 takes for an s
 * where case does not matter. What is found is then tested as the rule says.
 */
export function indexFold(text: string): string {
  const folded = fold(text);
  return folded.includes('ſ') ? folded.replaceAll('ſ', 's') : folded;
}
