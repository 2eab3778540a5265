import type { RE2JS } from 're2js';
import type { Where } from '../../../base/errors.ts';
import type { Logsource, Matcher, Search } from '../rule.ts';

/** A pySigma processing pipeline, read: what it does to rules, one step after the other. */
export interface Pipeline {
  name: string;
  file: string;
  /** Lower ones are applied first; equal ones in the order given. */
  priority: number;
  /** SHA-256 of the file's text, hexadecimal. */
  hash: string;
  /** Values of placeholders, where the pipeline has `value_placeholders`. */
  placeholders: Readonly<Record<string, readonly string[]>>;
  steps: readonly Step[];
}

export interface Step {
  /** Other steps ask whether it was applied. */
  id?: string;
  where: Where;
  rule: Combined<RuleCondition>;
  item: Combined<ItemCondition>;
  field: Combined<FieldCondition>;
  transformation: Transformation;
}

/** Conditions of one kind; without any it holds. */
export interface Combined<C> {
  conditions: readonly C[];
  all: boolean;
  not: boolean;
}

export type RuleCondition =
  | { kind: 'logsource'; logsource: Logsource }
  | { kind: 'contains_detection_item'; field: string; value: Matcher }
  | { kind: 'contains_field'; field: string }
  | { kind: 'document'; of: 'rule' | 'correlation' }
  | { kind: 'tag'; tag: string }
  | { kind: 'rule_attribute'; attribute: 'id' | 'title' | 'name' | 'level' | 'status' | 'author'; value: string }
  | { kind: 'applied'; id: string };

export type ItemCondition =
  | { kind: 'match_string'; pattern: RE2JS; all: boolean; negate: boolean }
  | { kind: 'is_null'; all: boolean }
  | { kind: 'contains_wildcard'; all: boolean };

export interface FieldCondition {
  kind: 'include' | 'exclude';
  /** Names, or expressions that match a name whole. */
  fields: readonly (string | RE2JS)[];
}

export type Transformation =
  | { kind: 'map_field'; names: (field: string) => readonly string[] | undefined }
  | { kind: 'drop' }
  /** Undefined in the logsource's place: as texts of the search may name it (`$category`). */
  | { kind: 'add_condition'; name?: string; search: (logsource: Logsource) => Search; negated: boolean }
  | { kind: 'change_logsource'; logsource: Logsource }
  /** Numbers of the replacement are groups; 0 is the whole match. */
  | { kind: 'replace_string'; pattern: RE2JS; replacement: readonly (string | number)[]; literalsOnly: boolean }
  | { kind: 'set_value'; value: Matcher }
  | { kind: 'map_string'; values: ReadonlyMap<string, readonly Matcher[]> }
  | { kind: 'rule_failure'; message: string }
  | { kind: 'item_failure'; message: string }
  /** Its values went into the placeholders. */
  | { kind: 'placeholders' };
