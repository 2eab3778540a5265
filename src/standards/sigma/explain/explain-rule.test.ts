import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEvaluator } from '../evaluate.ts';
import { linkRules } from '../link-rules.ts';
import { parseDocuments } from '../parse-documents.ts';
import { generatedEvent, generatedRule } from '../plan/generated.ts';
import { explainRule } from './explain-rule.ts';

const load = (...texts: string[]) => linkRules(texts.flatMap((text, at) => parseDocuments(text, `${at}.yml`)));
const text = `title: t
id: r
logsource: {}
detection:
  image:
    - Image|endswith: '\\cmd.exe'
    - Name: cmd
  words: ['very evil']
  all:
    Line|contains|all: [a, b, c]
  filter:
    User: [x, null]
  condition: image and (words or all) and not filter
`;
const explained = (view: Record<string, unknown>) => {
  const set = load(text);
  const [rule] = set.rules;
  if (!rule) throw new Error('not loaded');
  return explainRule(rule, view, set.filters);
};

test('a rule that matches tells which fields with which values, and no field that a filter looked at', () => {
  const { matches, matched, missing, share } = explained({
    Image: ['C:\\x.exe', 'C:\\CMD.EXE'],
    Name: 'other',
    Deep: { er: ['a VERY EVIL thing'] },
    User: 'bob',
  });
  expect({ matches, missing, share }).toEqual({ matches: true, missing: [], share: 0.75 });
  expect(matched).toEqual([
    { search: 'image', field: 'Image', value: 'C:\\CMD.EXE' },
    { search: 'words', field: null, value: 'a VERY EVIL thing' },
  ]);
});

test('a rule that does not match tells every leaf, the values looked at and what is missing', () => {
  const { matches, matched, missing, tree } = explained({ Image: 'cmd.exe', Line: 'b then c', Name: {} });
  expect({ matches, matched, missing }).toEqual({
    matches: false,
    matched: [],
    missing: ['image', 'words', 'all', 'not filter'],
  });
  expect(tree).toMatchObject({
    kind: 'and',
    is_true: false,
    of: [
      {
        name: 'image',
        is_true: false,
        of: {
          kind: 'any',
          of: [
            {
              text: 'Image|endswith',
              field: 'Image',
              looked_at: ['cmd.exe'],
              wanted: [{ text: "'\\cmd.exe'", is_true: false }],
            },
            { field: 'Name', looked_at: [] },
          ],
        },
      },
      {
        kind: 'or',
        of: [
          { name: 'words', of: { field: null, looked_at: [] } },
          { name: 'all', of: { wanted: [{ is_true: false }, { is_true: true }, { is_true: true }], hit: 'b then c' } },
        ],
      },
      { kind: 'not', is_true: false, of: [{ name: 'filter', is_true: true, of: { field: 'User', looked_at: null } }] },
    ],
  });
});

test('a filter that keeps an event back is told beside the rule', () => {
  const filter = 'title: f\nid: f\nlogsource: {}\nfilter:\n  rules: [r]\n  s: {Name: cmd}\n  condition: not s\n';
  const set = load(text, filter);
  const [rule] = set.rules;
  const found = rule && explainRule(rule, { Name: 'cmd', Line: 'abc', User: 'bob' }, set.filters);
  expect(found).toMatchObject({ matches: true, filters: [{ id: 'f', is_true: false }] });
});

test('the explanation says what the oracle says, of any rule and event', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(generatedRule, generatedEvent, (document, event) => {
      const set = load(document);
      const [rule] = set.rules;
      if (!rule) return;
      const fires = createEvaluator(set.rules).evaluate(event, [rule.logsource]).length === 1;
      const { matches, matched, tree } = explainRule(rule, event);
      expect(matches).toBe(fires);
      expect(tree.is_true).toBe(fires);
      if (!fires) expect(matched).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
