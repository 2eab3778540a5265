import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../evaluate.ts';
import { linkRules } from '../link-rules.ts';
import { parseDocuments } from '../parse-documents.ts';
import { createIndex } from '../plan/create-index.ts';
import { applyPipelines, placeholdersOf } from './apply-pipelines.ts';
import { parsePipeline } from './read-pipeline.ts';
import type { Pipeline } from './pipeline.ts';

function pipeline(text: string, file = 'p.yml'): Pipeline {
  const { read, errors } = parsePipeline(text, file);
  expect(errors.map(({ message }) => message)).toEqual([]);
  if (!read) throw new Error('not read');
  return read;
}

const rule = (detection: string, logsource = '{product: windows, category: process_creation}', more = ''): string =>
  `title: r\nid: r\nlogsource: ${logsource}\n${more}detection: ${detection}\n`;

function apply(rules: string, ...pipelines: readonly Pipeline[]) {
  const documents = parseDocuments(rules, 'r.yml', placeholdersOf(pipelines));
  return linkRules(applyPipelines(documents, pipelines));
}

/** Which of the events match, by the oracle; the index must agree. */
function matches(
  rules: string,
  pipelines: readonly Pipeline[],
  events: readonly Record<string, unknown>[],
  logsource = { product: 'windows', category: 'process_creation' },
): boolean[] {
  const set = apply(rules, ...pipelines);
  expect(set.documents.flatMap(({ problems }) => problems.map(({ error }) => error.message))).toEqual([]);
  const [oracle, index] = [createEvaluator(set.rules, set.filters), createIndex(set.rules, set.filters)];
  return events.map((event) => {
    const hit = oracle.evaluate(event, [logsource]).length > 0;
    expect(index.evaluate(event, [logsource]).length > 0).toBe(hit);
    return hit;
  });
}

const step = (text: string, head = ''): Pipeline => pipeline(`name: p\n${head}transformations:\n  - ${text}\n`);

describe('transformations', () => {
  it('[P3] maps a field to another name, also as the value of a reference, and leaves others', () => {
    const map = step('{type: field_name_mapping, mapping: {Image: process.executable, Other: other}}');
    const found = matches(
      rule("{s: {Image|endswith: '\\x.exe', Keep: 1, A|fieldref: Other}, condition: s}"),
      [map],
      [
        { 'process.executable': 'C:\\x.exe', Keep: 1, A: 'q', other: 'q' },
        { Image: 'C:\\x.exe', Keep: 1, A: 'q', Other: 'q' },
      ],
    );
    expect(found).toEqual([true, false]);
  });

  it('[P3] maps a field to several of which any will do, and all for neq', () => {
    const map = step('{type: field_name_mapping, mapping: {F: [a, b]}}');
    const events = [{ a: 'x' }, { b: 'x' }, { F: 'x' }, { a: 'y', b: 'y' }, { a: 'x', b: 'y' }];
    expect(matches(rule('{s: {F: x}, condition: s}'), [map], events)).toEqual([true, true, false, false, true]);
    expect(matches(rule('{s: {F|neq: x}, condition: s}'), [map], events.slice(3))).toEqual([true, false]);
  });

  it('maps prefixes, and puts prefix and suffix around names', () => {
    const event = { 'winlog.event_data.Image.text': 'x' };
    const prefix = step("{type: field_name_prefix_mapping, mapping: {'win.': 'winlog.event_data.'}}");
    const suffix = step('{type: field_name_suffix, suffix: .text}');
    expect(matches(rule('{s: {win.Image: x}, condition: s}'), [prefix, suffix], [event])).toEqual([true]);
    const front = step('{type: field_name_prefix, prefix: winlog.event_data.}');
    expect(matches(rule('{s: {Image: x}, condition: s}'), [front, suffix], [event])).toEqual([true]);
  });

  it('adds a condition, and a negated one, from the rule’s logsource', () => {
    const add = step("{type: add_condition, template: true, conditions: {kind: '$category', Id|gte: 5}}");
    const not = step('{type: add_condition, negated: true, conditions: {host|startswith: lab}}');
    const event = { F: 'x', kind: 'process_creation', Id: 7, host: 'web' };
    const events = [event, { ...event, Id: 4 }, { ...event, host: 'lab1' }, { ...event, kind: '' }];
    expect(matches(rule('{s: {F: x}, condition: s}'), [add, not], events)).toEqual([true, false, false, false]);
  });

  it('[P5] drops items, with what then looks for nothing', () => {
    const drop = step('{type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: [Gone]}]}');
    const text = '{s: {F: x, Gone: 1}, t: {Gone: 2}, condition: s and not t}';
    expect(matches(rule(text), [drop], [{ F: 'x' }, { F: 'y', Gone: 1 }])).toEqual([true, false]);
    const [problem] = apply(rule('{t: {Gone: 2}, condition: t}'), drop).documents.flatMap(({ problems }) => problems);
    expect(problem?.error.code).toBe('PIPELINE.EMPTIED');
  });

  it('changes the logsource', () => {
    const change = step('{type: change_logsource, product: windows, service: security}');
    const source = { product: 'windows', service: 'security', category: '' };
    expect(matches(rule('{s: {F: x}, condition: s}'), [change], [{ F: 'x' }], source)).toEqual([true]);
  });

  it('[P8] replaces in texts, with groups, in the written form or between the wildcards', () => {
    const drive = step(String.raw`{type: replace_string, regex: '^C:(.*)$', replacement: 'D:\1'}`);
    expect(matches(rule("{s: {F: 'C:*x'}, condition: s}"), [drive], [{ F: 'D:/x' }, { F: 'C:/x' }])).toEqual([
      true,
      false,
    ]);
    const star = step("{type: replace_string, regex: 'a', replacement: '*', skip_special: true}");
    expect(matches(rule("{s: {F: 'a*b'}, condition: s}"), [star], [{ F: '*zb' }, { F: 'azb' }])).toEqual([true, false]);
    const dollar = step("{type: replace_string, regex: 'x', replacement: '$1'}");
    expect(matches(rule('{s: {F: x}, condition: s}'), [dollar], [{ F: '$1' }])).toEqual([true]);
  });

  it('[P9] sets and maps values', () => {
    const set = step('{type: set_value, value: 5}');
    expect(matches(rule('{s: {F: [a, b]}, condition: s}'), [set], [{ F: '5' }, { F: 'a' }])).toEqual([true, false]);
    const text = step("{type: set_value, value: '*', force_type: str}");
    expect(matches(rule('{s: {F: a}, condition: s}'), [text], [{ F: '*' }, { F: 'a' }])).toEqual([true, false]);
    const map = step('{type: map_string, mapping: {low: [1, 2], high: 3}}');
    const events = [{ F: 1 }, { F: 2 }, { F: 3 }, { F: 'low' }];
    expect(matches(rule('{s: {F: low}, condition: s}'), [map], events)).toEqual([true, true, false, false]);
  });

  it('[P4] gives placeholders their values, as far as they are let in', () => {
    const vars = 'vars: {admins: [ada, grace], hosts: web}\n';
    const fill = step('{type: value_placeholders, exclude: [hosts]}', vars);
    const text = "{s: {User|expand: '%admins%'}, condition: s}";
    expect(matches(rule(text), [fill], [{ User: 'Ada' }, { User: 'bob' }])).toEqual([true, false]);
    const refused = apply(rule("{s: {Host|expand: '%hosts%'}, condition: s}"), fill).documents[0];
    expect(refused?.problems[0]?.error.code).toBe('SIGMA.UNRESOLVED_PLACEHOLDER');
  });

  it('[P6] refuses rules and items with the pipeline’s own words', () => {
    const fail = step(
      '{type: rule_failure, message: no such log, rule_conditions: [{type: logsource, product: windows}], rule_cond_not: true}',
    );
    const code = (text: string, ...by: Pipeline[]) => apply(text, ...by).documents[0]?.problems[0]?.error;
    expect(code(rule('{s: {F: x}, condition: s}', '{product: linux}'), fail)?.message).toContain('no such log');
    expect(code(rule('{s: {F: x}, condition: s}'), fail)).toBeUndefined();
    const item = step(
      '{type: detection_item_failure, message: F is not here, field_name_conditions: [{type: exclude_fields, fields: [A]}]}',
    );
    expect(code(rule('{s: {A: x, F: y}, condition: s}'), item)?.message).toContain('F is not here');
    expect(code(rule('{s: {A: x}, condition: s}'), item)).toBeUndefined();
  });

  it('[P7] maps what correlations group and count by, by the rules that they count', () => {
    const map = (to: string) =>
      step(
        `{type: field_name_mapping, mapping: {User: ${to}}, rule_conditions: [{type: logsource, product: windows}]}`,
      );
    const rules = `${rule('{s: {User: x}, condition: s}', undefined, 'name: base\n')}---\ntitle: c\nid: c\ncorrelation: {type: value_count, rules: [base], group-by: [User, al], timespan: 1m, condition: {gte: 2, field: User}, aliases: {al: {base: User}}}\n`;
    const [found] = apply(rules, map('user.name')).correlations;
    expect(found).toMatchObject({ groupBy: ['user.name', 'al'], fields: ['user.name'] });
    expect([...(found?.aliases.get('al') ?? [])]).toEqual([['base', 'user.name']]);
    const several = apply(rules, map('[a, b]')).documents[1];
    expect(several?.problems[0]?.error.code).toBe('PIPELINE.TWO_FIELDS');
  });
});

describe('conditions', () => {
  const renaming = (conditions: string) => step(`{type: field_name_mapping, mapping: {F: g}, ${conditions}}`);
  const hits = (
    conditions: string,
    detection = '{s: {F: x}, condition: s}',
    more = 'tags: [attack.t1059]\nlevel: high\n',
  ) => matches(rule(detection, undefined, more), [renaming(conditions)], [{ g: 'x' }])[0];

  it.each([
    ['rule_conditions: [{type: logsource, product: windows, category: process_creation}]', true],
    ['rule_conditions: [{type: logsource, product: windows, service: sysmon}]', false],
    ['rule_conditions: [{type: contains_detection_item, field: F, value: X}]', true],
    ['rule_conditions: [{type: contains_detection_item, field: F, value: y}]', false],
    ['rule_conditions: [{type: contains_field, field: F}]', true],
    ['rule_conditions: [{type: contains_field, field: H}]', false],
    ['rule_conditions: [{type: is_sigma_rule}]', true],
    ['rule_conditions: [{type: is_sigma_correlation_rule}]', false],
    ['rule_conditions: [{type: tag, tag: attack.T1059}]', true],
    ['rule_conditions: [{type: tag, tag: attack.t1}]', false],
    ['rule_conditions: [{type: rule_attribute, attribute: level, value: high}]', true],
    ['rule_conditions: [{type: rule_attribute, attribute: level, value: low}]', false],
    ['rule_conditions: [{type: tag, tag: a}, {type: is_sigma_rule}]', false],
    ['rule_conditions: [{type: tag, tag: a}, {type: is_sigma_rule}], rule_cond_op: or', true],
    ['rule_conditions: {one: {type: tag, tag: a}, two: {type: is_sigma_rule}}, rule_cond_op: or', true],
    ['rule_conditions: [{type: tag, tag: a}], rule_cond_not: true', true],
    ['field_name_conditions: [{type: include_fields, fields: ["F|G"], mode: re}]', true],
    ['field_name_conditions: [{type: include_fields, fields: [f]}]', false],
    ['field_name_conditions: [{type: exclude_fields, fields: [F]}]', false],
    ['field_name_conditions: [{type: exclude_fields, fields: [F]}], field_name_cond_not: true', true],
    ['detection_item_conditions: [{type: match_string, cond: any, pattern: "^x$"}]', true],
    ['detection_item_conditions: [{type: match_string, cond: any, pattern: "^x$", negate: true}]', false],
    ['detection_item_conditions: [{type: contains_wildcard, cond: any}]', false],
    ['detection_item_conditions: [{type: is_null, cond: all}]', false],
  ])('%s: %s', (conditions, expected) => {
    expect(hits(conditions)).toBe(expected);
  });

  it('[P1] know which steps were applied, in the order of priority', () => {
    const first = pipeline(
      'name: a\npriority: 1\ntransformations: [{id: one, type: field_name_mapping, mapping: {F: g}, rule_conditions: [{type: is_sigma_rule}]}]',
    );
    const second = pipeline(
      'name: b\npriority: 2\ntransformations: [{type: field_name_mapping, mapping: {g: h}, rule_conditions: [{type: processing_item_applied, processing_item_id: one}]}]',
    );
    expect(matches(rule('{s: {F: x}, condition: s}'), [second, first], [{ h: 'x' }, { g: 'x' }])).toEqual([
      true,
      false,
    ]);
  });
});

describe('what a pipeline cannot do', () => {
  const fault = (text: string) => {
    const [error] = parsePipeline(text, 'p.yml').errors;
    return [error?.code, error?.where?.line, error?.where?.column, error?.message];
  };

  it.each([
    ['name: p\n', 'PIPELINE.NOT_A_PIPELINE', 1],
    ['- a\n', 'SIGMA.NOT_A_RULE', 1],
    ['transformations: [', 'SIGMA.BAD_YAML', 1],
    ['transformations:\n  - type: warp\n', 'PIPELINE.UNKNOWN', 2],
    ['transformations:\n  - id: a\n', 'PIPELINE.BAD_VALUE', 2],
    ['transformations:\n  - type: field_name_mapping\n    maping: {a: b}\n', 'PIPELINE.UNKNOWN', 3],
    ['transformations:\n  - type: field_name_mapping\n    mapping: [a]\n', 'PIPELINE.BAD_VALUE', 3],
    ['transformations:\n  - type: query_expression_placeholders\n', 'PIPELINE.NOT_FOR_EVENTS', 2],
    ['postprocessing:\n  - type: embed\ntransformations: []\n', 'PIPELINE.NOT_FOR_EVENTS', 1],
    ['transformations:\n  - type: replace_string\n    regex: "(?=a)"\n    replacement: b\n', 'PIPELINE.BAD_REGEX', 3],
    [
      'transformations:\n  - type: drop_detection_item\n    rule_conditions:\n      - type: moon\n',
      'PIPELINE.UNKNOWN',
      4,
    ],
    ['transformations:\n  - type: replace_string\n    regex: a\n    replacement: "\\\\1"\n', 'PIPELINE.BAD_VALUE', 4],
    ['transformations:\n  - type: drop_detection_item\n    rule_cond_op: xor\n', 'PIPELINE.BAD_VALUE', 3],
    ['transformations:\n  - type: add_condition\n    conditions:\n      F|foo: 1\n', 'SIGMA.UNKNOWN_MODIFIER', 4],
    [
      'transformations:\n  - {type: value_placeholders, rule_conditions: [{type: is_sigma_rule}]}\n',
      'PIPELINE.BAD_VALUE',
      2,
    ],
  ])('[P2] [P10] is told with its line: %j', (text, code, line) => {
    expect(fault(text).slice(0, 2)).toEqual([code, line]);
  });

  it('names what there is instead', () => {
    const [, line, column, message] = fault('transformations:\n  - type: warp\n');
    expect([line, column]).toEqual([2, 5]);
    expect(message).toContain('field_name_mapping');
  });
});

describe('a document that a pipeline changes', () => {
  it('[P11] has another hash, which depends on the pipeline; the others stay as they are', () => {
    const text = `${rule('{s: {F: x}, condition: s}')}---\n${rule('{s: {H: x}, condition: s}').replaceAll('r\n', 'q\n')}`;
    const plain = parseDocuments(text, 'r.yml');
    const hashes = (to: string) =>
      applyPipelines(plain, [step(`{type: field_name_mapping, mapping: {F: ${to}}}`)]).map(({ hash }) => hash);
    const [before, g, h] = [plain.map(({ hash }) => hash), hashes('g'), hashes('h')];
    expect(new Set([before[0], g[0], h[0]]).size).toBe(3);
    expect([g[1], h[1]]).toEqual([before[1], before[1]]);
    expect(applyPipelines(plain, [])).toEqual(plain);
  });
});
