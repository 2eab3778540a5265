import { fold, hasWildcard } from '../pattern.ts';
import type { Item, Logsource, Matcher, Search, SigmaDocument } from '../rule.ts';
import type { Combined, FieldCondition, ItemCondition, RuleCondition } from './pipeline.ts';

/** What conditions are asked of. */
export interface Subject {
  document: SigmaDocument;
  /** Its own; of a correlation those of the rules that it counts. */
  logsources: readonly Logsource[];
  /** Ids of steps that were applied to it. */
  applied: ReadonlySet<string>;
}

function combined<C>({ conditions, all, not }: Combined<C>, test: (condition: C) => boolean): boolean {
  if (conditions.length === 0) return true;
  return (all ? conditions.every(test) : conditions.some(test)) !== not;
}

export function ruleHolds(conditions: Combined<RuleCondition>, subject: Subject): boolean {
  return combined(conditions, (condition) => holdsOfRule(condition, subject));
}

function holdsOfRule(condition: RuleCondition, { document, logsources, applied }: Subject): boolean {
  switch (condition.kind) {
    case 'logsource':
      return logsources.some((own) => isWithin(own, condition.logsource));
    case 'contains_detection_item':
      return itemsOf(document).some(
        ({ field, values }) =>
          field === condition.field && values.flat().some((value) => isSame(value, condition.value)),
      );
    case 'contains_field':
      return itemsOf(document).some(({ field }) => field === condition.field);
    case 'document':
      return (document.kind === 'correlation') === (condition.of === 'correlation');
    case 'tag':
      return document.header.tags.some((tag) => tag.toLowerCase() === condition.tag);
    case 'rule_attribute':
      return document.header[condition.attribute] === condition.value;
    case 'applied':
      return applied.has(condition.id);
  }
}

function isWithin(own: Logsource, wanted: Logsource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (key) => wanted[key] === undefined || own[key] === wanted[key],
  );
}

/** Texts are equal whatever their case, as in a rule. */
function isSame(left: Matcher, right: Matcher): boolean {
  if (left.kind === 'pattern' && right.kind === 'pattern')
    return fold(JSON.stringify(left.pattern)) === fold(JSON.stringify(right.pattern));
  return left.kind === right.kind && JSON.stringify(left) === JSON.stringify(right);
}

function itemsOf(document: SigmaDocument): Item[] {
  return document.kind === 'correlation' ? [] : [...document.detection.searches.values()].flatMap(below);
}

function below(search: Search): Item[] {
  return search.kind === 'item' ? [search] : search.searches.flatMap(below);
}

/** Whether a step is meant for this item of a detection; keywords have no field, so only an exclusion lets them in. */
export function itemHolds(items: Combined<ItemCondition>, fields: Combined<FieldCondition>, item: Item): boolean {
  return combined(items, (condition) => holdsOfItem(condition, item)) && fieldHolds(fields, item.field);
}

export function fieldHolds(fields: Combined<FieldCondition>, field: string | undefined): boolean {
  return combined(fields, ({ kind, fields: names }) => {
    const isNamed =
      field !== undefined && names.some((name) => (typeof name === 'string' ? name === field : name.matches(field)));
    return isNamed === (kind === 'include');
  });
}

function holdsOfItem(condition: ItemCondition, { values }: Item): boolean {
  const test = (matcher: Matcher): boolean => {
    if (condition.kind === 'is_null') return matcher.kind === 'null';
    if (matcher.kind !== 'pattern') return false;
    if (condition.kind === 'contains_wildcard') return hasWildcard(matcher.pattern);
    return condition.pattern.matcher(writtenText(matcher)).find() !== condition.negate;
  };
  const matchers = values.flat();
  return condition.all ? matchers.every(test) : matchers.some(test);
}

/** A pattern as a rule would write it. */
export function writtenText(matcher: Extract<Matcher, { kind: 'pattern' }>): string {
  return matcher.pattern
    .map((part) =>
      typeof part === 'string' ? part.replaceAll(/[*?]|\\(?=[*?\\]|$)/g, '\\$&') : part.wildcard === 'any' ? '*' : '?',
    )
    .join('');
}
