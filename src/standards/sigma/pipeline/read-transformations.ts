import { errors } from './errors.ts';
import { expression, need, only, type Node } from './node.ts';
import type { Transformation } from './pipeline.ts';
import { readLogsource } from './read-logsource.ts';
import { matcherOf, readAddedSearch } from './read-search.ts';

interface Reader {
  keys: readonly string[];
  read: (node: Node) => Transformation;
}

/** name → names, as `mapping` has them; one that is null is dropped from the mapping. */
function readMapping(node: Node): ReadonlyMap<string, readonly string[]> {
  const entries = need(node, 'mapping').entries();
  return new Map(entries.map(([name, target]) => [name, target.texts()]));
}

/** A replacement as Python writes it: texts, and groups as `\\1` or `\\g<1>`. */
function readReplacement(node: Node, groups: number): (string | number)[] {
  const parts: (string | number)[] = [];
  for (const [piece, plain, named] of node.text().matchAll(/\\(\d)|\\g<(\d)>|\\\\|[^\\]+|\\/g)) {
    const group = plain ?? named;
    if (group !== undefined && Number(group) > groups) throw node.fail(`without group ${group}, which "regex" has not`);
    parts.push(group === undefined ? (piece === '\\\\' ? '\\' : piece) : Number(group));
  }
  return parts;
}

const readers: Readonly<Record<string, Reader>> = {
  field_name_mapping: {
    keys: ['mapping'],
    read(node) {
      const mapping = readMapping(node);
      return { kind: 'map_field', names: (field) => mapping.get(field) };
    },
  },
  field_name_prefix_mapping: {
    keys: ['mapping'],
    read(node) {
      const mapping = [...readMapping(node)];
      return {
        kind: 'map_field',
        names(field) {
          const found = mapping.find(([prefix]) => field.startsWith(prefix));
          return found?.[1].map((prefix) => `${prefix}${field.slice(found[0].length)}`);
        },
      };
    },
  },
  field_name_prefix: {
    keys: ['prefix'],
    read(node) {
      const prefix = need(node, 'prefix').text();
      return { kind: 'map_field', names: (field) => [`${prefix}${field}`] };
    },
  },
  field_name_suffix: {
    keys: ['suffix'],
    read(node) {
      const suffix = need(node, 'suffix').text();
      return { kind: 'map_field', names: (field) => [`${field}${suffix}`] };
    },
  },
  drop_detection_item: { keys: [], read: () => ({ kind: 'drop' }) },
  add_condition: {
    keys: ['conditions', 'name', 'template', 'negated'],
    read(node) {
      const name = node.at('name')?.text();
      const search = readAddedSearch(need(node, 'conditions'), node.at('template')?.flag() ?? false);
      const negated = node.at('negated')?.flag() ?? false;
      return { kind: 'add_condition', search, negated, ...(name === undefined ? {} : { name }) };
    },
  },
  change_logsource: {
    keys: ['category', 'product', 'service'],
    read: (node) => ({ kind: 'change_logsource', logsource: readLogsource(node) }),
  },
  replace_string: {
    keys: ['regex', 'replacement', 'skip_special', 'interpret_special'],
    read(node) {
      const pattern = expression(need(node, 'regex'));
      const replacement = readReplacement(need(node, 'replacement'), pattern.groupCount());
      return { kind: 'replace_string', pattern, replacement, literalsOnly: node.at('skip_special')?.flag() ?? false };
    },
  },
  set_value: {
    keys: ['value', 'force_type'],
    read(node) {
      const type = node.at('force_type');
      const value = node.at('value');
      if (type && type.text() !== 'str' && type.text() !== 'num') throw type.fail('str or num');
      if (!value) return { kind: 'set_value', value: { kind: 'null' } };
      if (type?.text() === 'str')
        return { kind: 'set_value', value: { kind: 'pattern', pattern: [String(value.value)], cased: false } };
      if (type?.text() !== 'num') return { kind: 'set_value', value: matcherOf(value) };
      const number = Number(value.text());
      if (!Number.isFinite(number)) throw value.fail('a number');
      return { kind: 'set_value', value: { kind: 'number', value: number } };
    },
  },
  map_string: {
    keys: ['mapping'],
    read(node) {
      const entries = need(node, 'mapping').entries();
      return { kind: 'map_string', values: new Map(entries.map(([text, to]) => [text, to.list().map(matcherOf)])) };
    },
  },
  rule_failure: {
    keys: ['message'],
    read: (node) => ({ kind: 'rule_failure', message: need(node, 'message').text() }),
  },
  detection_item_failure: {
    keys: ['message'],
    read: (node) => ({ kind: 'item_failure', message: need(node, 'message').text() }),
  },
  value_placeholders: { keys: ['include', 'exclude'], read: () => ({ kind: 'placeholders' }) },
};

/** Transformations that make parts of a query. */
const forQueries = new Set([
  'query_expression_placeholders',
  'wildcard_placeholders',
  'set_state',
  'set_custom_attribute',
]);

const stepKeys = [
  'id',
  'type',
  ...['rule', 'detection_item', 'field_name'].flatMap((of) => [`${of}_conditions`, `${of}_cond_op`, `${of}_cond_not`]),
];

/** Reads what a step does. Throws for a type or a key that is not known, so that none is passed over in silence. */
export function readTransformation(node: Node): Transformation {
  const type = need(node, 'type');
  const name = type.text();
  if (forQueries.has(name)) throw errors.NOT_FOR_EVENTS([name], { where: type.where });
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!reader) throw errors.UNKNOWN(['transformation', name, Object.keys(readers).join(', ')], { where: type.where });
  only(node, `the transformation ${name}`, [...stepKeys, ...reader.keys]);
  return reader.read(node);
}
