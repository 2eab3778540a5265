import type { RE2JS } from 're2js';
import { errors } from './errors.ts';
import { expression, need, only, type Node } from './node.ts';
import type { Combined, FieldCondition, ItemCondition, RuleCondition } from './pipeline.ts';
import { matcherOf } from './read-search.ts';
import { readLogsource } from './read-logsource.ts';

const attributes = ['id', 'title', 'name', 'level', 'status', 'author'] as const;

const ruleConditions: Readonly<Record<string, { keys: readonly string[]; read: (node: Node) => RuleCondition }>> = {
  logsource: {
    keys: ['category', 'product', 'service'],
    read: (node) => ({ kind: 'logsource', logsource: readLogsource(node) }),
  },
  contains_detection_item: {
    keys: ['field', 'value'],
    read: (node) => ({
      kind: 'contains_detection_item',
      field: need(node, 'field').text(),
      value: matcherOf(need(node, 'value')),
    }),
  },
  contains_field: {
    keys: ['field'],
    read: (node) => ({ kind: 'contains_field', field: need(node, 'field').text() }),
  },
  is_sigma_rule: { keys: [], read: () => ({ kind: 'document', of: 'rule' }) },
  is_sigma_correlation_rule: { keys: [], read: () => ({ kind: 'document', of: 'correlation' }) },
  tag: { keys: ['tag'], read: (node) => ({ kind: 'tag', tag: need(node, 'tag').text().toLowerCase() }) },
  rule_attribute: {
    keys: ['attribute', 'value', 'op'],
    read(node) {
      const named = need(node, 'attribute');
      const attribute = attributes.find((one) => one === named.text());
      if (!attribute)
        throw errors.UNKNOWN(['rule attribute', named.text(), attributes.join(', ')], { where: named.where });
      const operator = node.at('op');
      if (operator && operator.text() !== 'eq') throw operator.fail('eq');
      return { kind: 'rule_attribute', attribute, value: need(node, 'value').text() };
    },
  },
  processing_item_applied: {
    keys: ['processing_item_id'],
    read: (node) => ({ kind: 'applied', id: need(node, 'processing_item_id').text() }),
  },
};

const isAll = (node: Node): boolean => {
  const kind = node.at('cond');
  if (!kind) throw errors.BAD_VALUE(['cond', 'given here: any or all'], { where: node.where });
  if (kind.text() !== 'any' && kind.text() !== 'all') throw kind.fail('any or all');
  return kind.text() === 'all';
};

const itemConditions: Readonly<Record<string, { keys: readonly string[]; read: (node: Node) => ItemCondition }>> = {
  match_string: {
    keys: ['cond', 'pattern', 'negate'],
    read: (node) => ({
      kind: 'match_string',
      pattern: expression(need(node, 'pattern')),
      all: isAll(node),
      negate: node.at('negate')?.flag() ?? false,
    }),
  },
  is_null: { keys: ['cond'], read: (node) => ({ kind: 'is_null', all: isAll(node) }) },
  contains_wildcard: { keys: ['cond'], read: (node) => ({ kind: 'contains_wildcard', all: isAll(node) }) },
};

function readFields(kind: FieldCondition['kind']): (node: Node) => FieldCondition {
  return (node) => {
    const mode = node.at('type_') ?? node.at('mode');
    const text = mode?.text() ?? 'plain';
    if (mode && text !== 'plain' && text !== 're') throw mode.fail('plain or re');
    const fields: (string | RE2JS)[] = need(node, 'fields')
      .list()
      .map((field) => (text === 're' ? expression(field) : field.text()));
    return { kind, fields };
  };
}

const fieldConditions: Readonly<Record<string, { keys: readonly string[]; read: (node: Node) => FieldCondition }>> = {
  include_fields: { keys: ['fields', 'mode', 'type_'], read: readFields('include') },
  exclude_fields: { keys: ['fields', 'mode', 'type_'], read: readFields('exclude') },
};

function readCombined<C>(
  step: Node,
  prefix: string,
  names: readonly [key: string, what: string],
  known: Readonly<Record<string, { keys: readonly string[]; read: (node: Node) => C }>>,
): Combined<C> {
  const operator = step.at(`${prefix}_op`);
  if (operator && !['and', 'or'].includes(operator.text())) throw operator.fail('and or or');
  const conditions = (step.at(names[0])?.list('or-map') ?? []).map((node) => {
    const type = need(node, 'type');
    const reader = Object.hasOwn(known, type.text()) ? known[type.text()] : undefined;
    if (!reader) throw errors.UNKNOWN([names[1], type.text(), Object.keys(known).join(', ')], { where: type.where });
    only(node, `the condition ${type.text()}`, ['type', ...reader.keys]);
    return reader.read(node);
  });
  return { conditions, all: operator?.text() !== 'or', not: step.at(`${prefix}_not`)?.flag() ?? false };
}

export const readRuleConditions = (step: Node): Combined<RuleCondition> =>
  readCombined(step, 'rule_cond', ['rule_conditions', 'rule condition'], ruleConditions);
export const readItemConditions = (step: Node): Combined<ItemCondition> =>
  readCombined(
    step,
    'detection_item_cond',
    ['detection_item_conditions', 'condition of a detection item'],
    itemConditions,
  );
export const readFieldConditions = (step: Node): Combined<FieldCondition> =>
  readCombined(step, 'field_name_cond', ['field_name_conditions', 'field name condition'], fieldConditions);
