import { canonicalRange } from '../../base/address.ts';
import { messageOf } from '../../base/errors.ts';
import { base64Offsets, dashVariants, toUtf16 } from './encodings.ts';
import { errors } from './errors.ts';
import { numberOf } from './event-values.ts';
import { isBase64, type Modifier } from './modifiers.ts';
import { hasWildcard, literalOf, parsePattern, widen, type Pattern } from './pattern.ts';
import { readRegex } from './match/regex-test.ts';
import type { Matcher } from './rule.ts';

/** Values of placeholders, by name without the percent signs. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

const timeParts = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
const comparisons = ['lt', 'lte', 'gt', 'gte'] as const;

/** Turns one value of a rule into its tests; any of them will do. Throws what is wrong with the value. */
export function makeMatchers(
  value: unknown,
  modifiers: readonly Modifier[],
  isKeyword: boolean,
  placeholders: Placeholders,
): Matcher[] {
  const has = (modifier: Modifier) => modifiers.includes(modifier);
  const cased = has('cased');
  if (has('exists')) {
    if (typeof value !== 'boolean') throw errors.MODIFIER_VALUE(['exists', 'true or false']);
    return [{ kind: 'exists', value }];
  }
  if (has('re')) return [makeRegex(value, modifiers)];
  const part = timeParts.find(has);
  const comparison = comparisons.find(has);
  if (part) return [{ kind: 'time', part, comparison: comparison ?? 'eq', value: wholeNumber(value, part) }];
  if (comparison) return [{ kind: 'compare', comparison, value: anyNumber(value, comparison) }];
  if (has('fieldref')) {
    if (typeof value !== 'string' || value === '') throw errors.MODIFIER_VALUE(['fieldref', 'the name of a field']);
    const position = has('startswith') ? 'start' : has('endswith') ? 'end' : has('contains') ? 'within' : 'whole';
    return [{ kind: 'fieldref', field: value, position, cased }];
  }
  const needsText = modifiers.find((modifier) => !['all', 'neq', 'cased'].includes(modifier));
  if (typeof value === 'string' || (needsText !== undefined && typeof value === 'number')) {
    if (has('cidr')) return expand(String(value), has('expand'), placeholders).map(makeCidr);
    return expand(String(value), has('expand'), placeholders)
      .flatMap((text) => textPatterns(parsePattern(text), modifiers))
      .map((pattern) => placed(pattern, modifiers))
      .map((pattern) => ({ kind: 'pattern', pattern: isKeyword ? widen(pattern, 'both') : pattern, cased }));
  }
  if (needsText !== undefined) throw errors.MODIFIER_VALUE([needsText, 'a text']);
  if (value === null) return [{ kind: 'null' }];
  if (typeof value === 'boolean') return [{ kind: 'boolean', value }];
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw errors.BAD_VALUE(['number', 'small enough to be exact; put it in quotation marks']);
    return isKeyword
      ? [{ kind: 'pattern', pattern: widen([String(value)], 'both'), cased }]
      : [{ kind: 'number', value }];
  }
  throw errors.BAD_VALUE(['value', 'a text, a number, true, false or null']);
}

function placed(pattern: Pattern, modifiers: readonly Modifier[]): Pattern {
  if (modifiers.includes('contains')) return widen(pattern, 'both');
  if (modifiers.includes('startswith')) return widen(pattern, 'end');
  if (modifiers.includes('endswith')) return widen(pattern, 'start');
  return pattern;
}

/** Applies the transforming modifiers from left to right. */
function textPatterns(pattern: Pattern, modifiers: readonly Modifier[]): Pattern[] {
  let forms: { pattern: Pattern; bytes?: Buffer }[] = [{ pattern }];
  for (const modifier of modifiers) {
    if (modifier === 'windash')
      forms = forms.flatMap((form) => dashVariants(form.pattern).map((one) => ({ pattern: one })));
    else if (modifier === 'wide' || modifier === 'utf16le' || modifier === 'utf16be' || modifier === 'utf16')
      forms = forms.map((form) => {
        const order = modifier === 'utf16be' ? 'be' : 'le';
        const bytes = toUtf16(plainText(form.pattern, modifier), order, modifier === 'utf16');
        return { pattern: [bytes.toString('latin1')], bytes };
      });
    else if (isBase64(modifier))
      forms = forms.flatMap((form) => {
        const bytes = form.bytes ?? Buffer.from(plainText(form.pattern, modifier), 'utf8');
        const texts = modifier === 'base64' ? [bytes.toString('base64')] : base64Offsets(bytes);
        return texts.map((text) => ({ pattern: [text] }));
      });
  }
  return forms.map((form) => form.pattern);
}

function plainText(pattern: Pattern, modifier: Modifier): string {
  if (hasWildcard(pattern)) throw errors.MODIFIER_VALUE([modifier, 'a text without wildcards']);
  const text = literalOf(pattern);
  if (text === '') throw errors.MODIFIER_VALUE([modifier, 'a text that is not empty']);
  return text;
}

/** Puts in the values of `%name%`; `\%` is a plain percent sign. Every combination is a text of its own. */
function expand(text: string, isOn: boolean, placeholders: Placeholders): string[] {
  if (!isOn) return [text];
  const limit = 10_000;
  let texts = [''];
  for (const [piece, name] of [...text.matchAll(/\\%|%([^%\\]+)%|[^%\\]+|[\s\S]/g)].map((match) => [
    match[0],
    match[1],
  ])) {
    let values: readonly string[] = [piece === '\\%' ? '%' : (piece ?? '')];
    if (name !== undefined) {
      values = Object.hasOwn(placeholders, name) ? (placeholders[name] ?? []) : [];
      if (values.length === 0) throw errors.UNRESOLVED_PLACEHOLDER([name]);
    }
    if (texts.length * values.length > limit) throw errors.TOO_MANY_VARIANTS([limit]);
    texts = texts.flatMap((before) => values.map((value) => before + value));
  }
  return texts;
}

function makeCidr(text: string): Matcher {
  const network = canonicalRange(text.trim());
  if (!network) throw errors.MODIFIER_VALUE(['cidr', 'an IPv4 or IPv6 range such as 10.0.0.0/8']);
  return { kind: 'cidr', network };
}

function makeRegex(value: unknown, modifiers: readonly Modifier[]): Matcher {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw errors.MODIFIER_VALUE(['re', 'a regular expression as text']);
  const flags = (['i', 'm', 's'] as const).filter((flag) => modifiers.includes(flag)).join('');
  const matcher = { kind: 'regex', source: String(value), flags } as const;
  try {
    readRegex(matcher);
  } catch (error) {
    throw errors.BAD_REGEX([messageOf(error)], { cause: error });
  }
  return matcher;
}

function anyNumber(value: unknown, modifier: string): number {
  const number = typeof value === 'string' ? numberOf(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw errors.MODIFIER_VALUE([modifier, 'a number']);
  return number;
}

function wholeNumber(value: unknown, modifier: string): number {
  const number = anyNumber(value, modifier);
  if (!Number.isInteger(number)) throw errors.MODIFIER_VALUE([modifier, 'a whole number']);
  return number;
}
