import { compileMatcher } from '../compile-matcher.ts';
import { compileItem } from '../compile-rule.ts';
import type { EventValues, Scalar } from '../event-values.ts';
import type { Item, Search } from '../rule.ts';
import { showWanted } from './show-matcher.ts';

/** One `Field|modifier: values` over an event. */
export interface ExplainedItem {
  kind: 'item';
  is_true: boolean;
  /** The key as written. */
  text: string;
  /** null: keywords, which look at every value. */
  field: string | null;
  /** The values it asks for, the first ones, and which of them match; of many those that match go first. */
  wanted: { text: string; is_true: boolean }[];
  /** Values that are not told. */
  more: number;
  /** Values of the field, the first few; null: the event does not have it. Of keywords only those that matched. */
  looked_at: Scalar[] | null;
  /** The first value that matched; absent: none did, or the item asks for no value. */
  hit?: Scalar;
}

/** A search over an event: maps are `all`, lists are `any`. */
export type ExplainedSearch = ExplainedItem | { kind: 'all' | 'any'; is_true: boolean; of: ExplainedSearch[] };

export type SearchExplainer = (event: EventValues) => ExplainedSearch;

const shownValues = 10;
const shownWanted = 20;

export function compileSearchExplainer(search: Search): SearchExplainer {
  if (search.kind === 'item') return compileItemExplainer(search);
  const { kind } = search;
  const parts = search.searches.map(compileSearchExplainer);
  return (event) => {
    const of = parts.map((part) => part(event));
    const isTrue = kind === 'all' ? of.every((part) => part.is_true) : of.some((part) => part.is_true);
    return { kind, is_true: isTrue, of };
  };
}

function compileItemExplainer(item: Item): SearchExplainer {
  const holds = compileItem(item);
  const texts = showWanted(item);
  const tests = item.values.map((variants) => variants.map(compileMatcher));
  return (event) => {
    const values = item.field === undefined ? event.all() : event.of(item.field);
    const hits = (values ?? []).filter((value) =>
      tests.some((variants) => variants.some((test) => test([value], event))),
    );
    const shown = item.field === undefined ? hits : values;
    const wanted = tests
      .map((variants, index) => ({
        text: texts[index] ?? '',
        is_true: variants.some((test) => test(values, event)),
      }))
      .sort((left, right) => (texts.length > shownWanted ? Number(right.is_true) - Number(left.is_true) : 0));
    const [first] = hits;
    return {
      kind: 'item',
      is_true: holds(event),
      text: item.text,
      field: item.field ?? null,
      wanted: wanted.slice(0, shownWanted),
      more: Math.max(0, wanted.length - shownWanted),
      looked_at: shown?.slice(0, shownValues).map(({ raw }) => raw) ?? null,
      ...(first ? { hit: first.raw } : {}),
    };
  };
}
