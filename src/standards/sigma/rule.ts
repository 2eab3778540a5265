import type { FirebreakError } from '../../base/errors.ts';
import type { Pattern } from './pattern.ts';

export interface Logsource {
  product?: string;
  category?: string;
  service?: string;
}

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof levels)[number];

/** What every document says of itself. */
export interface Header {
  file: string;
  /** Position of the document in its file, from 0. */
  document: number;
  line: number;
  /** The rule's `id`, else its `name`, else one made of its text. */
  id: string;
  name?: string;
  title: string;
  /** SHA-256 of the document, hexadecimal. */
  hash: string;
  status?: string;
  level: Level;
  author?: string;
  /** What it finds and why that matters; at most 4,000 characters of it. */
  description?: string;
  tags: readonly string[];
  falsepositives: readonly string[];
  /** Every other key of the document, as it stands: what a product adds to the standard. */
  custom: Readonly<Record<string, unknown>>;
}

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte' | 'eq' | 'neq';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** One test of one value. All text tests ignore case unless `cased`. */
export type Matcher =
  | { kind: 'pattern'; pattern: Pattern; cased: boolean }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  | { kind: 'exists'; value: boolean }
  | { kind: 'regex'; source: string; flags: string }
  | { kind: 'cidr'; network: string }
  | { kind: 'compare'; comparison: Comparison; value: number }
  | { kind: 'time'; part: TimePart; comparison: Comparison; value: number }
  | { kind: 'fieldref'; field: string; position: 'whole' | 'start' | 'end' | 'within'; cased: boolean };

/** `Field|modifiers: values`. Without a field: keywords. */
export interface Item {
  kind: 'item';
  field?: string;
  /** The key as written, for people. */
  text: string;
  /** true: every value must match (`all`). */
  all: boolean;
  /** `neq`: the item is true when the rest is not. */
  negated: boolean;
  /** One list of variants for each value; any variant will do. */
  values: readonly (readonly Matcher[])[];
}

/** A search of a detection: maps are `all`, lists are `any`. */
export type Search = Item | { kind: 'all' | 'any'; searches: readonly Search[] };

/** `1 of` and `all of` are resolved to `or` and `and`. */
export type Condition =
  | { kind: 'search'; name: string }
  | { kind: 'not'; of: Condition }
  | { kind: 'and' | 'or'; of: readonly Condition[] };

export interface Detection {
  searches: ReadonlyMap<string, Search>;
  condition: Condition;
  /** As written; several are joined by " | ". */
  conditionText: string;
}

export interface Rule {
  kind: 'rule';
  header: Header;
  logsource: Logsource;
  detection: Detection;
}

export interface Filter {
  kind: 'filter';
  header: Header;
  logsource: Logsource;
  /** Ids or names; undefined: any rule. */
  rules?: readonly string[];
  detection: Detection;
}

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const;
export type CorrelationType = (typeof correlationTypes)[number];

export interface Correlation {
  kind: 'correlation';
  header: Header;
  type: CorrelationType;
  /** Ids or names as written, in order. */
  rules: readonly string[];
  groupBy: readonly string[];
  timespanMs: number;
  /** All must hold of the figure that the type makes of a window. Empty when there is an `expression`. */
  conditions: readonly { comparison: Comparison; value: number }[];
  /** temporal types: which rules must have matched, in place of their number; names are those of `rules`. */
  expression?: Condition;
  /** value_count: the fields whose combinations are counted; other types of values: the one field. */
  fields: readonly string[];
  /** value_percentile: which one, 0 to 100. Absent: the share that a value has of all, in percent (SPEC.md [C8]). */
  percentile?: number;
  /** alias → rule reference → field. */
  aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** true: the rules it counts make findings of their own too. */
  generate: boolean;
}

export type SigmaDocument = Rule | Filter | Correlation;

/** Why a document, or a file, is not loaded (errors) or what is odd about it (warnings). */
export interface Problem {
  severity: 'error' | 'warning';
  error: FirebreakError;
}
