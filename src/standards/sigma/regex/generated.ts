import fc from 'fast-check';

const pick = (...all: readonly string[]) => fc.constantFrom(...all);
/** Characters that fold in more than one way, that UTF-16 writes with two units, halves of such, and what assertions see. */
const characters = Array.from('abkK\u212asſéÉΣςσǆ😀𐐀𐐨_1- ');

const atom = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...characters) },
  { weight: 3, arbitrary: pick('.', '\\w', '\\W', '\\s', '\\S', '\\d', '\\D', '\\pL', '\\P{Lu}', '\\p{Greek}', '\\n') },
  {
    weight: 3,
    arbitrary: pick('[ab]', '[^a]', '[a-k]', '[^\\n]', '[[:alpha:]]', '[\\d_-]', '[^\\W1]', '[é-σ]', '[\\x{1F600}b]'),
  },
  { weight: 2, arbitrary: pick('^', '$', '\\A', '\\z', '\\b', '\\B', '') },
);
const repeat = pick('*', '+', '?', '*?', '+?', '??', '{2}', '{0}', '{0,2}', '{1,3}', '{2,}', '{0,}?', '{3,40}');
const opening = pick('(', '(?:', '(?i:', '(?s:', '(?m:', '(?-i:', '(?P<n>', '(?is-m:', '(?U:');

/** Expressions of RE2; now and then one that it refuses. */
export const generatedRegex = fc.letrec<{ expression: string; branch: string; piece: string }>((tie) => ({
  expression: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  branch: fc.array(tie('piece'), { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: atom },
    { weight: 3, arbitrary: fc.tuple(atom, repeat).map(([one, sign]) => (one === '' ? one : one + sign)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(opening, tie('expression'), pick('', '', '*', '+', '?', '{2}', '{1,3}', '*?'))
        .map(([open, inner, sign]) => `${open}${inner})${sign}`),
    },
  ),
})).expression;

export const generatedFlags = fc.subarray(['i', 'm', 's']).map((flags) => flags.join(''));

/** Texts that such expressions often match. */
export const generatedText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...characters, '\n', '\ud83d', '\ude00'), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' ', 'K'), maxLength: 90 }),
);
