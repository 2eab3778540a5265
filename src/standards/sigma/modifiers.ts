import { errors } from './errors.ts';

/** SPEC.md [M1]: what each modifier does, and [M2]: what may stand beside it. */
type Family = 'quantity' | 'case' | 'negation' | 'text' | 'regex' | 'regex-flag' | 'encoding' | 'address' | 'number';
type AnyFamily = Family | 'presence' | 'reference' | 'placeholder' | 'time' | 'dash';

const families = {
  all: 'quantity',
  cased: 'case',
  neq: 'negation',
  contains: 'text',
  startswith: 'text',
  endswith: 'text',
  exists: 'presence',
  re: 'regex',
  i: 'regex-flag',
  m: 'regex-flag',
  s: 'regex-flag',
  base64: 'encoding',
  base64offset: 'encoding',
  wide: 'encoding',
  utf16le: 'encoding',
  utf16be: 'encoding',
  utf16: 'encoding',
  windash: 'dash',
  cidr: 'address',
  lt: 'number',
  lte: 'number',
  gt: 'number',
  gte: 'number',
  fieldref: 'reference',
  expand: 'placeholder',
  minute: 'time',
  hour: 'time',
  day: 'time',
  week: 'time',
  month: 'time',
  year: 'time',
} as const satisfies Record<string, AnyFamily>;

export type Modifier = keyof typeof families;

/** Pairs of families that make sense together, whatever the order; every other pair is a conflict. */
const compatible: readonly (readonly [AnyFamily, AnyFamily])[] = [
  ['quantity', 'negation'],
  ['quantity', 'case'],
  ['quantity', 'text'],
  ['quantity', 'regex'],
  ['quantity', 'regex-flag'],
  ['quantity', 'encoding'],
  ['quantity', 'dash'],
  ['quantity', 'address'],
  ['quantity', 'reference'],
  ['quantity', 'placeholder'],
  ['case', 'negation'],
  ['case', 'text'],
  ['case', 'encoding'],
  ['case', 'dash'],
  ['case', 'reference'],
  ['case', 'placeholder'],
  ['negation', 'text'],
  ['negation', 'regex'],
  ['negation', 'regex-flag'],
  ['negation', 'encoding'],
  ['negation', 'dash'],
  ['negation', 'address'],
  ['negation', 'reference'],
  ['negation', 'placeholder'],
  ['negation', 'time'],
  ['text', 'encoding'],
  ['text', 'dash'],
  ['text', 'reference'],
  ['text', 'placeholder'],
  ['regex', 'regex-flag'],
  ['regex-flag', 'regex-flag'],
  ['encoding', 'encoding'],
  ['encoding', 'dash'],
  ['encoding', 'placeholder'],
  ['dash', 'placeholder'],
  ['address', 'placeholder'],
  ['time', 'number'],
];

function isModifier(text: string): text is Modifier {
  return Object.hasOwn(families, text);
}

/** Reads the modifiers of a key; throws the first thing that is wrong with them. */
export function parseModifiers(texts: readonly string[]): Modifier[] {
  const modifiers: Modifier[] = [];
  for (const text of texts) {
    if (!isModifier(text)) throw errors.UNKNOWN_MODIFIER([text]);
    for (const earlier of modifiers) checkPair(earlier, text);
    if (families[text] === 'regex-flag' && !modifiers.includes('re')) throw errors.MODIFIER_ALONE([text, '"re"']);
    modifiers.push(text);
  }
  const encodings = modifiers.filter((modifier) => families[modifier] === 'encoding');
  const [first, second] = encodings;
  // Text to bytes, then bytes to base64: nothing else makes sense twice.
  if (first && second && (encodings.length > 2 || isBase64(first) || !isBase64(second)))
    throw errors.CONFLICTING_MODIFIERS([first, second]);
  return modifiers;
}

export function isBase64(modifier: Modifier): boolean {
  return modifier === 'base64' || modifier === 'base64offset';
}

function checkPair(first: Modifier, second: Modifier): void {
  const pair = [families[first], families[second]];
  const fits = compatible.some(
    ([left, right]) => (left === pair[0] && right === pair[1]) || (left === pair[1] && right === pair[0]),
  );
  if (!fits || first === second) throw errors.CONFLICTING_MODIFIERS([first, second]);
}
