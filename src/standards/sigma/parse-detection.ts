import { FirebreakError } from '../../base/errors.ts';
import { errors } from './errors.ts';
import { makeMatchers, type Placeholders } from './make-matchers.ts';
import { parseModifiers } from './modifiers.ts';
import { parseCondition } from './parse-condition.ts';
import { isRecord, type LocatedDocument } from './yaml/located-document.ts';
import type { Condition, Detection, Item, Search } from './rule.ts';

export type Path = readonly (string | number)[];

/** Runs `read`; gives its error the place it belongs to, unless it has one. */
export function located<T>(doc: LocatedDocument, path: Path, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.where) throw error;
    throw new FirebreakError({
      code: error.code,
      kind: error.kind,
      message: error.message,
      fix: error.fix,
      where: doc.where(path),
      cause: error.cause,
    });
  }
}

/** Reads `detection`, or the `filter` section of a filter; `skip` names keys that are no searches. */
export function parseDetection(
  doc: LocatedDocument,
  section: 'detection' | 'filter',
  placeholders: Placeholders,
  skip: readonly string[] = [],
): Detection {
  const detection = doc.values[section];
  if (!isRecord(detection)) throw errors.BAD_VALUE([section, 'a map'], { where: doc.where([section]) });
  const searches = new Map<string, Search>();
  for (const [name, value] of Object.entries(detection)) {
    if (name === 'condition' || name === 'timeframe' || skip.includes(name)) continue;
    searches.set(name, parseSearch(doc, [section, name], value, placeholders));
  }
  if (!Object.hasOwn(detection, 'condition'))
    throw errors.MISSING([`${section}.condition`], { where: doc.where([section]) });
  if (searches.size === 0) throw errors.MISSING([`${section}.selection`], { where: doc.where([section]) });
  const path = [section, 'condition'];
  const raw = detection['condition'];
  const texts = Array.isArray(raw) ? raw : [raw];
  const conditions = texts.map((text: unknown, index) => {
    const at = Array.isArray(raw) ? [...path, index] : path;
    if (typeof text !== 'string' || text.trim() === '')
      throw errors.BAD_VALUE([`${section}.condition`, 'a text'], { where: doc.where(at) });
    return located(doc, at, () => parseCondition(text, [...searches.keys()]));
  });
  const [only] = conditions;
  if (!only) throw errors.BAD_VALUE([`${section}.condition`, 'a text'], { where: doc.where(path) });
  const condition: Condition = conditions.length === 1 ? only : { kind: 'or', of: conditions };
  return { searches, condition, conditionText: texts.join(' | ') };
}

const deepest = 20;

function parseSearch(doc: LocatedDocument, path: Path, value: unknown, placeholders: Placeholders): Search {
  if (path.length > deepest)
    throw errors.BAD_VALUE([String(path[1]), `nested at most ${deepest} deep`], { where: doc.where(path) });
  if (isRecord(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0)
      throw errors.BAD_VALUE([String(path.at(-1)), 'a map with a field'], { where: doc.where(path) });
    const searches = entries.map(([key, inner]) => parseItem(doc, [...path, key], key, inner, placeholders));
    const [only] = searches;
    return searches.length === 1 && only ? only : { kind: 'all', searches };
  }
  if (Array.isArray(value)) {
    if (value.length === 0)
      throw errors.BAD_VALUE([String(path.at(-1)), 'a list with an element'], { where: doc.where(path) });
    if (!value.some((element) => isRecord(element) || Array.isArray(element)))
      return parseItem(doc, path, '', value, placeholders);
    const searches = value.map((element: unknown, index) => parseSearch(doc, [...path, index], element, placeholders));
    return { kind: 'any', searches };
  }
  return parseItem(doc, path, '', value, placeholders);
}

/** One `Field|modifier: value`; an empty field name means keywords. */
function parseItem(doc: LocatedDocument, path: Path, key: string, raw: unknown, placeholders: Placeholders): Item {
  const [field = '', ...texts] = key.split('|').map((part) => part.trim());
  const modifiers = located(doc, path, () => parseModifiers(texts));
  const values: unknown[] = Array.isArray(raw) ? raw : [raw];
  if (values.length === 0)
    throw errors.BAD_VALUE([key || String(path.at(-1)), 'a list with a value'], { where: doc.where(path) });
  const isKeyword = field === '';
  const homeless = modifiers.find((modifier) => modifier === 'exists' || modifier === 'fieldref');
  if (isKeyword && homeless)
    throw errors.MODIFIER_VALUE([homeless, 'the name of a field before it'], { where: doc.where(path) });
  const made = values.map((value, index) => {
    const at = Array.isArray(raw) ? [...path, index] : path;
    if (isKeyword && value === null) throw errors.BAD_VALUE(['keyword', 'a text'], { where: doc.where(at) });
    return located(doc, at, () => makeMatchers(value, modifiers, isKeyword, placeholders));
  });
  return {
    kind: 'item',
    ...(isKeyword ? {} : { field }),
    text: key === '' ? 'keywords' : key,
    all: modifiers.includes('all'),
    negated: modifiers.includes('neq'),
    values: made,
  };
}
