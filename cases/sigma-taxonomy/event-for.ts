import type { Rule } from '../../src/standards/sigma/index.ts';

type Detection = Rule['detection'];
type Condition = Detection['condition'];
type Search = ReturnType<Detection['searches']['get']> & object;
type Item = Extract<Search, { kind: 'item' }>;
type Matcher = Item['values'][number][number];

/** What an event must hold for a rule to match: values by field, texts anywhere. */
export interface Wanted {
  fields: Map<string, Matcher[]>;
  keywords: Matcher[];
}

const most = 48;

/** Ways to satisfy a rule's condition by what it names; what it excludes is left out, so some ways do not match. */
export function waysToMatch({ detection }: Rule): Wanted[] {
  return ofCondition(detection.condition, detection);
}

function ofCondition(condition: Condition, detection: Detection): Wanted[] {
  if (condition.kind === 'not') return [{ fields: new Map(), keywords: [] }];
  if (condition.kind === 'search') {
    const search = detection.searches.get(condition.name);
    return search ? ofSearch(search) : [];
  }
  const parts = condition.of.map((part) => ofCondition(part, detection));
  return condition.kind === 'or' ? parts.flat().slice(0, most) : product(parts);
}

function ofSearch(search: Search): Wanted[] {
  if (search.kind === 'item') return ofItem(search);
  const parts = search.searches.map(ofSearch);
  return search.kind === 'any' ? parts.flat().slice(0, most) : product(parts);
}

function ofItem(item: Item): Wanted[] {
  if (item.negated) return [{ fields: new Map(), keywords: [] }];
  const wanted = (matchers: Matcher[]): Wanted =>
    item.field === undefined
      ? { fields: new Map(), keywords: matchers }
      : { fields: new Map([[item.field, matchers]]), keywords: [] };
  const firsts = item.values.flatMap((variants) => variants.slice(0, 1));
  return item.all ? [wanted(firsts)] : firsts.slice(0, 6).map((matcher) => wanted([matcher]));
}

function product(parts: readonly Wanted[][]): Wanted[] {
  let ways: Wanted[] = [{ fields: new Map(), keywords: [] }];
  for (const options of parts) ways = ways.flatMap((way) => options.map((option) => merge(way, option))).slice(0, most);
  return ways;
}

function merge(left: Wanted, right: Wanted): Wanted {
  const fields = new Map(left.fields);
  for (const [name, matchers] of right.fields) fields.set(name, [...(fields.get(name) ?? []), ...matchers]);
  return { fields, keywords: [...left.keywords, ...right.keywords] };
}

/** One value that all tests of a field accept, as far as texts and numbers tell; null: absent; undefined: none found. */
export function valueFor(matchers: readonly Matcher[]): string | number | boolean | null | undefined {
  let [start, middle, end] = ['', '', ''];
  for (const matcher of matchers) {
    if (matcher.kind === 'number' || matcher.kind === 'boolean') return matcher.value;
    if (matcher.kind === 'null') return null;
    if (matcher.kind === 'cidr') return matcher.network.split('/')[0] ?? '';
    if (matcher.kind === 'exists') return matcher.value ? 'x' : null;
    if (matcher.kind !== 'pattern') return undefined;
    const { pattern } = matcher;
    const text = pattern.map((part) => (typeof part === 'string' ? part : part.wildcard === 'one' ? 'x' : '')).join('');
    const [isOpenBefore, isOpenAfter] = [pattern[0], pattern.at(-1)].map(
      (part) => typeof part === 'object' && part.wildcard === 'any',
    );
    if (!isOpenBefore && !isOpenAfter) return text;
    if (!isOpenBefore) start = text.length > start.length ? text : start;
    else if (!isOpenAfter) end = text.length > end.length ? text : end;
    else middle += ` ${text}`;
  }
  return `${start}${middle.trimStart()}${end}` || 'x';
}

/** Every field that a rule reads. */
export function fieldsOf(rule: Rule): ReadonlySet<string> {
  const fields = new Set<string>();
  const visit = (search: Search): void => {
    if (search.kind !== 'item') return search.searches.forEach(visit);
    if (search.field !== undefined) fields.add(search.field);
    for (const matcher of search.values.flat()) if (matcher.kind === 'fieldref') fields.add(matcher.field);
  };
  for (const search of rule.detection.searches.values()) visit(search);
  return fields;
}
