import { parsePattern } from '../pattern.ts';
import type { Condition, Correlation, Detection, Item, Matcher, Search } from '../rule.ts';
import { writtenText } from './holds.ts';
import type { Transformation } from './pipeline.ts';

type Names = Extract<Transformation, { kind: 'map_field' }>['names'];

/** The item under its field's other names; several mean that any of them will do, for `neq` that all must. */
export function mapField(item: Item, names: Names): Search {
  const mapped = item.field === undefined ? undefined : names(item.field);
  const hasReference = item.values.some((variants) => variants.some(({ kind }) => kind === 'fieldref'));
  if (mapped === undefined && !hasReference) return item;
  const values = item.values.map((variants) => variants.flatMap((matcher) => mapReference(matcher, names)));
  if (mapped === undefined || item.field === undefined) return { ...item, values };
  const rest = item.text.slice(item.text.startsWith(item.field) ? item.field.length : item.text.length);
  const items = mapped.map((field): Item => ({ ...item, field, text: `${field}${rest}`, values }));
  const [only] = items;
  return items.length === 1 && only ? only : { kind: item.negated ? 'all' : 'any', searches: items };
}

function mapReference(matcher: Matcher, names: Names): Matcher[] {
  if (matcher.kind !== 'fieldref') return [matcher];
  return (names(matcher.field) ?? [matcher.field]).map((field) => ({ ...matcher, field }));
}

/** The correlation grouped and counted by the fields' other names; undefined where one has several. */
export function mapCorrelation(correlation: Correlation, names: Names): Correlation | { several: string } {
  let several: string | undefined;
  const mapped = (field: string): string => {
    const found = names(field) ?? [field];
    if (found.length !== 1) several = field;
    return found[0] ?? field;
  };
  const unlessAlias = (field: string): string => (correlation.aliases.has(field) ? field : mapped(field));
  const result = {
    ...correlation,
    groupBy: correlation.groupBy.map(unlessAlias),
    fields: correlation.fields.map(unlessAlias),
    aliases: new Map(
      [...correlation.aliases].map(([alias, fields]) => [
        alias,
        new Map([...fields].map(([rule, field]) => [rule, mapped(field)])),
      ]),
    ),
  };
  return several === undefined ? result : { several };
}

/** The item with values changed by a transformation of values. */
export function changeValues(item: Item, transformation: Transformation): Item {
  const { values } = item;
  switch (transformation.kind) {
    case 'set_value':
      return { ...item, values: [[transformation.value]] };
    case 'replace_string':
      return {
        ...item,
        values: values.map((variants) => variants.map((matcher) => replaced(matcher, transformation))),
      };
    case 'map_string':
      return {
        ...item,
        values: values.flatMap((variants) => {
          const lists = variants.map((matcher) => {
            const found = matcher.kind === 'pattern' ? transformation.values.get(writtenText(matcher)) : undefined;
            return found ?? [matcher];
          });
          return [lists.flat()];
        }),
      };
    default:
      return item;
  }
}

function replaced(matcher: Matcher, by: Extract<Transformation, { kind: 'replace_string' }>): Matcher {
  const change = (text: string): string =>
    by.pattern
      .matcher(text)
      .replaceAll((...groups: unknown[]) =>
        by.replacement.map((part) => (typeof part === 'string' ? part : textAt(groups[part]))).join(''),
      );
  if (matcher.kind !== 'pattern') return matcher;
  if (!by.literalsOnly) return { ...matcher, pattern: parsePattern(change(writtenText(matcher))) };
  const parts = matcher.pattern.map((part) => (typeof part === 'string' ? change(part) : part));
  return { ...matcher, pattern: parts.filter((part) => part !== '') };
}

const textAt = (group: unknown): string => (typeof group === 'string' ? group : '');

/** The detection with each of its items changed; undefined drops an item, and what then looks for nothing. */
export function changeItems(detection: Detection, change: (item: Item) => Search | undefined): Detection | undefined {
  const searches = new Map<string, Search>();
  for (const [name, search] of detection.searches) {
    const changed = changeSearch(search, change);
    if (changed) searches.set(name, changed);
  }
  const condition = pruned(detection.condition, searches);
  return condition && { ...detection, searches, condition };
}

function changeSearch(search: Search, change: (item: Item) => Search | undefined): Search | undefined {
  if (search.kind === 'item') return change(search);
  const searches = search.searches.flatMap((inner) => changeSearch(inner, change) ?? []);
  return searches.length === 0 ? undefined : { ...search, searches };
}

/** The condition without searches that are no more. */
function pruned(condition: Condition, searches: ReadonlyMap<string, Search>): Condition | undefined {
  if (condition.kind === 'search') return searches.has(condition.name) ? condition : undefined;
  if (condition.kind === 'not') {
    const of = pruned(condition.of, searches);
    return of && { kind: 'not', of };
  }
  const of = condition.of.flatMap((part) => pruned(part, searches) ?? []);
  return of.length === 0 ? undefined : { ...condition, of };
}

/** The detection that also needs the search, or (negated) that it does not match. */
export function withCondition(
  detection: Detection,
  { name, search, negated }: { name: string; search: Search; negated: boolean },
): Detection {
  let free = name;
  for (let at = 2; detection.searches.has(free); at += 1) free = `${name}_${at}`;
  const added: Condition = { kind: 'search', name: free };
  return {
    searches: new Map([...detection.searches, [free, search]]),
    condition: { kind: 'and', of: [detection.condition, negated ? { kind: 'not', of: added } : added] },
    conditionText: `(${detection.conditionText}) and ${negated ? 'not ' : ''}${free}`,
  };
}
