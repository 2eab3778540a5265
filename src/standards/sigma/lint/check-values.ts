import type { FirebreakError } from '../../../base/errors.ts';
import { readRegex } from '../match/regex-test.ts';
import { neededTexts } from '../plan/regex-literals.ts';
import type { LocatedDocument } from '../yaml/located-document.ts';
import { findings } from './findings.ts';
import { valueImplies } from './implication.ts';
import type { LocatedItem } from './located-items.ts';

const mostCompared = 300;
const usefulText = 3;
/** Honest expressions of public rules stay below a few hundred. */
const mostInstructions = 1_000;

/** What is odd about the values of one item. */
export function checkValues(doc: LocatedDocument, located: LocatedItem): FirebreakError[] {
  const { item, modifiers, raw, valuePath } = located;
  const found: FirebreakError[] = [];
  const at = (index: number) => ({ where: doc.where(valuePath(index)) });
  if (item.all && raw.length === 1) found.push(findings.SINGLE_ALL([], { where: doc.where(located.path) }));
  for (const [index, value] of raw.entries()) {
    if (value === null && raw.length > 1) found.push(findings.NULL_IN_LIST([], at(index)));
    if (typeof value === 'string' && hasIdleWildcard(value, modifiers, item.field === undefined))
      found.push(findings.USELESS_WILDCARD([shown(value)], at(index)));
  }
  for (const [index, variants] of item.values.entries())
    for (const matcher of variants) {
      if (matcher.kind !== 'regex') continue;
      const instructions = readRegex(matcher).programSize();
      if (instructions > mostInstructions) found.push(findings.REGEX_COST([instructions], at(index)));
      const texts = neededTexts(matcher.source);
      if (!texts || texts.some((text) => text.length < usefulText))
        found.push(findings.REGEX_WITHOUT_TEXT([], at(index)));
    }
  return [...found, ...checkTwins(doc, located)];
}

/** Values that another one of the list makes idle: of alternatives the narrower, of `all` the wider one. */
function checkTwins(doc: LocatedDocument, { item, raw, valuePath }: LocatedItem): FirebreakError[] {
  const { values } = item;
  const found: FirebreakError[] = [];
  const first = new Map<string, number>();
  const isTwin = values.map((variants, index) => {
    const isCased = variants.some((matcher) => matcher.kind !== 'pattern' || matcher.cased);
    const key = isCased ? JSON.stringify(variants) : JSON.stringify(variants).toLowerCase();
    if (first.has(key)) return true;
    first.set(key, index);
    return false;
  });
  for (const [index, variants] of values.entries()) {
    const where = { where: doc.where(valuePath(index)) };
    if (isTwin[index]) {
      found.push(findings.DUPLICATE_VALUE([shown(raw[index])], where));
      continue;
    }
    if (values.length > mostCompared) continue;
    const by = values.findIndex((others, other) => {
      if (other === index || isTwin[other]) return false;
      const [narrow, wide] = item.all ? [others, variants] : [variants, others];
      // Of two that are equal but for their spelling the first one stays.
      return valueImplies(narrow, wide) && (other < index || !valueImplies(wide, narrow));
    });
    if (by >= 0) found.push(findings.SHADOWED_VALUE([shown(raw[index]), shown(raw[by])], where));
  }
  return found;
}

/** A `*` where a modifier leaves the value open anyway, or two in a row. */
function hasIdleWildcard(value: string, modifiers: readonly string[], isKeyword: boolean): boolean {
  if (modifiers.includes('re')) return /^\.\*./.test(value) || /[^\\]\.\*$/.test(value);
  const isOpen = isKeyword || modifiers.includes('contains');
  const endsOpen = /(?:^|[^\\])(?:\\\\)*\*$/.test(value);
  if (value.length > 1 && value.startsWith('*') && (isOpen || modifiers.includes('endswith'))) return true;
  if (value.length > 1 && endsOpen && (isOpen || modifiers.includes('startswith'))) return true;
  return /(?:^|[^\\])(?:\\\\)*\*\*/.test(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
