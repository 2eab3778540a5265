import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { corpusDir, hasCorpus } from '../../../test/corpus.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEvaluator } from './evaluate.ts';
import { linkRules } from './link-rules.ts';
import { parseCondition } from './parse-condition.ts';
import { parseDocuments } from './parse-documents.ts';
import type { Condition } from './rule.ts';

const load = (...texts: string[]) => linkRules(texts.flatMap((text, index) => parseDocuments(text, `${index}.yml`)));
const codes = (text: string) =>
  load(text).documents.flatMap(({ problems }) =>
    problems.map(({ error }) => `${error.code.replace('SIGMA.', '')} ${error.where?.line}:${error.where?.column}`),
  );
const rule = (item: string, rest = '') =>
  `title: t\nid: r\nlogsource:\n  product: p\ndetection:\n  s:\n    ${item}\n  condition: s\n${rest}`;
const correlation = (body: string, head = 'title: c\nid: c') =>
  `---\n${head}\ncorrelation:\n  ${body.replaceAll('\n', '\n  ')}\n`;
const counting = 'type: event_count\nrules: [r]\ngroup-by: [a]\ntimespan: 5m\ncondition:\n  gte: 2';
const counted = (...changes: [string, string][]) =>
  rule('f: x') + correlation(changes.reduce((text, [from, to]) => text.replace(from, to), counting));
const ofRules = (text: string) => counted(['event_count', 'temporal'], ['condition:\n  gte: 2', `condition: ${text}`]);

describe('[Y2] every problem has its place', () => {
  test.each<[string, string, string[]]>([
    ['[M1] an unknown modifier', rule('f|endwith: x'), ['UNKNOWN_MODIFIER 7:5']],
    ['[M2] cidr with contains', rule('f|cidr|contains: 10.0.0.0/8'), ['CONFLICTING_MODIFIERS 7:5']],
    ['[M2] re with contains', rule('f|re|contains: x'), ['CONFLICTING_MODIFIERS 7:5']],
    ['[M2] two places', rule('f|startswith|endswith: x'), ['CONFLICTING_MODIFIERS 7:5']],
    ['[M2] a modifier twice', rule('f|contains|contains: x'), ['CONFLICTING_MODIFIERS 7:5']],
    ['[M2] i without re', rule('f|i: x'), ['MODIFIER_ALONE 7:5']],
    ['[M2] exists with contains', rule('f|exists|contains: true'), ['CONFLICTING_MODIFIERS 7:5']],
    ['[M2] base64 before wide', rule('f|base64|wide: x'), ['CONFLICTING_MODIFIERS 7:5']],
    ['exists needs a boolean', rule('f|exists: 1'), ['MODIFIER_VALUE 7:5']],
    ['cidr needs a range', rule('f|cidr:\n      - 10.0.0.0/8\n      - 10.0.0/33'), ['MODIFIER_VALUE 9:9']],
    ['gt needs a number', rule('f|gt: many'), ['MODIFIER_VALUE 7:5']],
    ['contains needs a text', rule('f|contains: null'), ['MODIFIER_VALUE 7:5']],
    ['[M5] wildcards inside base64', rule("f|base64: 'a*'"), ['MODIFIER_VALUE 7:5']],
    ['[M4] look-around', rule("f|re: '(?=x)'"), ['BAD_REGEX 7:5']],
    ['[M4] a back-reference', rule("f|re: '(a)\\1'"), ['BAD_REGEX 7:5']],
    ['[M7] too many dashes', rule('f|windash: -a -b -c -d -e -f'), ['TOO_MANY_VARIANTS 7:5']],
    ['[M11] a placeholder without values', rule("f|expand: '%who%'"), ['UNRESOLVED_PLACEHOLDER 7:5']],
    ['[V5] a number too large to be exact', rule('f: 9007199254740993'), ['BAD_VALUE 7:5']],
    ['a search that is not there', rule('f: x').replace('condition: s', 'condition: s and t'), ['UNKNOWN_SEARCH 8:3']],
    ['[D2] a selector of nothing', rule('f: x').replace('condition: s', 'condition: 1 of t*'), ['UNKNOWN_SEARCH 8:3']],
    ['an unclosed parenthesis', rule('f: x').replace('condition: s', 'condition: (s'), ['BAD_CONDITION 8:3']],
    [
      'two searches without a word between',
      rule('f: x').replace('condition: s', 'condition: s s'),
      ['BAD_CONDITION 8:3'],
    ],
    ['an old aggregation', rule('f: x').replace('condition: s', 'condition: s | count() > 5'), ['BAD_CONDITION 8:3']],
    ['a missing condition', rule('f: x').replace('  condition: s\n', ''), ['MISSING 5:1']],
    ['a missing title', rule('f: x').replace('title: t\n', ''), ['MISSING 1:1']],
    ['a level that there is not', rule('f: x', 'level: urgent\n'), ['BAD_VALUE 9:1']],
    ['a control character in the id', rule('f: x').replace('id: r', 'id: "r\\0"'), ['BAD_VALUE 2:1']],
    ['an empty list', rule('f: []'), ['BAD_VALUE 7:5']],
    ['[Y1] a duplicate key', rule('f: x\n    f: y'), ['BAD_YAML 8:5']],
    ['no YAML at all', 'title: [', ['BAD_YAML 1:9']],
    ['neither rule, correlation nor filter', 'title: t\n', ['NOT_A_RULE 1:1']],
    ['[C1] a type that there is not', counted(['event_count', 'value_mode']), ['BAD_VALUE 13:3']],
    ['[C1] an unknown key', counted(['gte: 2', 'gte: 2\nwithin: 5m']), ['UNSUPPORTED 19:3']],
    ['[C1] an unknown comparison', counted(['gte', 'atleast']), ['BAD_VALUE 18:5']],
    ['[C1] no comparison', counted(['gte: 2', 'field: a'], ['event', 'value']), ['MISSING 17:3']],
    ['[C1] a rule listed twice', counted(['[r]', '[r, r]']), ['BAD_VALUE 14:3']],
    ['[C1] a count that no window has', counted(['gte: 2', 'lt: 1']), ['CANNOT_HOLD 17:3']],
    ['[C1] more rules than there are', counted(['event_count', 'temporal']), ['CANNOT_HOLD 17:3']],
    ['[C1] a text where a number is compared', counted(['condition:\n  gte: 2', 'condition: r']), ['BAD_VALUE 17:3']],
    ['[C1] a text over rules that are not listed', ofRules('r and q'), ['NOT_COUNTED 17:3']],
    ['[C1] a text that ends early', ofRules('r and'), ['BAD_CONDITION 17:3']],
    ['[C18] a timespan without unit', counted(['5m', '5']), ['BAD_VALUE 16:3']],
    ['[C18] a timespan of nothing', counted(['5m', '0m']), ['BAD_VALUE 16:3']],
    ['[C18] a timespan of more than a year', counted(['5m', '367d']), ['BAD_VALUE 16:3']],
    ['[C18] a count that is too large', counted(['gte: 2', 'gte: 1000001']), ['BAD_VALUE 18:5']],
    ['[C18] a count that is none', counted(['gte: 2', 'gte: 1.5']), ['BAD_VALUE 18:5']],
    [
      '[C18] a number that is none',
      counted(['gte: 2', 'gte: .inf\n  field: n'], ['event_count', 'value_sum']),
      ['BAD_VALUE 18:5'],
    ],
    [
      '[C18] a number that is not exact',
      counted(['gte: 2', 'gte: 1.0e30\n  field: n'], ['event_count', 'value_sum']),
      ['BAD_VALUE 18:5'],
    ],
    [
      '[C8] a percentile beyond 100',
      counted(['gte: 2', 'gte: 2\n  field: n\n  percentile: 101'], ['event_count', 'value_percentile']),
      ['BAD_VALUE 20:5'],
    ],
    [
      '[C8] a percentile of a sum',
      counted(['gte: 2', 'gte: 2\n  field: n\n  percentile: 50'], ['event_count', 'value_sum']),
      ['BAD_VALUE 20:5'],
    ],
    [
      '[C6] a sum of two fields',
      counted(['gte: 2', 'gte: 2\n  field: [n, m]'], ['event_count', 'value_sum']),
      ['BAD_VALUE 19:5'],
    ],
    ['[C19] generate that is neither', counted(['gte: 2', 'gte: 2\ngenerate: maybe']), ['BAD_VALUE 19:3']],
    [
      '[C20] an alias for a rule that is not listed',
      counted(['gte: 2', 'gte: 2\naliases:\n  x:\n    q: y']),
      ['UNKNOWN_RULE 21:7'],
    ],
    ['a reference to nothing', rule('f: x') + correlation(counting.replace('[r]', '[q]')), ['UNKNOWN_RULE 10:1']],
    ['value_count without a field', rule('f: x') + correlation(counting.replace('event', 'value')), ['BAD_VALUE 17:3']],
  ])('%s', (_name, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});

test('[Y1] a bomb of aliases, a huge file and a deep nest are errors, at once', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${'abcdefghi'.charAt(index)}`)
          .join()}]`,
    ),
  ].join('\n');
  const began = performance.now();
  expect(codes(`${bomb}\n`)[0]).toMatch(/^BAD_YAML/);
  expect(codes(`title: ${'x'.repeat(1_100_000)}`)[0]).toMatch(/^TOO_LARGE/);
  expect(codes('['.repeat(1_000_000))[0]).toMatch(/^BAD_YAML/);
  expect(codes('- '.repeat(100_000))[0]).toMatch(/^BAD_YAML/);
  expect(codes(rule(`f: ${'['.repeat(500)}x${']'.repeat(500)}`))[0]).toMatch(/^BAD_VALUE/);
  expect(codes(rule('f: x').replace('condition: s', `condition: ${'('.repeat(5_000)}s`))[0]).toMatch(/^BAD_CONDITION/);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(codes(rule('__proto__: x'))).toEqual([]);
});

test('[Y2] one bad document leaves the others of the file alone', () => {
  const set = load(
    `${rule('f: x')}---\n${rule('f|bad: x').replace('id: r', 'id: q')}---\n${rule('f: y').replace('id: r', 'id: p')}`,
  );
  expect(set.rules.map(({ header }) => header.id)).toEqual(['r', 'p']);
  expect(set.documents.map(({ document, read }) => [document, read !== undefined])).toEqual([
    [0, true],
    [1, false],
    [2, true],
  ]);
});

test('[Y3] collections are unfolded', () => {
  const { rules } = load(
    'action: global\ntitle: g\nlogsource: {product: p}\ndetection: {condition: s}\n---\nid: a\ndetection: {s: {f: x}}\n---\naction: repeat\nid: b\ndetection: {s: {f: y}}\n---\naction: reset\n',
  );
  expect(rules.map(({ header }) => `${header.title} ${header.id}`)).toEqual(['g a', 'g b']);
  expect(
    createEvaluator(rules)
      .evaluate({ f: 'y' }, [{ product: 'p' }])
      .map(({ header }) => header.id),
  ).toEqual(['b']);
});

test('[Y4] an id that is taken refuses the later document', () => {
  const set = load(rule('f: x'), rule('f: y'));
  expect(set.rules).toHaveLength(1);
  expect(set.documents[1]?.problems[0]?.error).toMatchObject({
    code: 'SIGMA.DUPLICATE_RULE',
    where: { file: '1.yml' },
  });
});

test('[L1] a rule applies when one logsource has every field it names', () => {
  const evaluator = createEvaluator(load(rule('f: x').replace('product: p', 'product: P\n  service: s')).rules);
  const fires = (...logsources: object[]) => evaluator.evaluate({ f: 'x' }, logsources).length === 1;
  expect(fires({ product: 'p', service: 'S', category: 'c' })).toBe(true);
  expect(fires({ product: 'p' }, { product: 'q', service: 's' })).toBe(false);
  expect(fires()).toBe(false);
});

describe('filters', () => {
  const filter = (condition: string, rules = '[r]', product = 'p') =>
    `title: f\nid: f\nlogsource: {product: ${product}}\nfilter:\n  rules: ${rules}\n  selection: {user: adm*}\n  condition: ${condition}\n`;
  const fires = (user: string, text: string) => {
    const set = load(rule('f: x'), text);
    return createEvaluator(set.rules, set.filters).evaluate({ f: 'x', user }, [{ product: 'p' }]).length === 1;
  };
  test('[F1] suppress the rules they name, or any', () => {
    expect(fires('adm1', filter('not selection'))).toBe(false);
    expect(fires('bob', filter('not selection'))).toBe(true);
    expect(fires('adm1', filter('not selection', 'any'))).toBe(false);
    expect(fires('adm1', filter('not selection', 'any', 'q'))).toBe(true);
  });
  test('[F2] are read verbatim, with a warning when they narrow', () => {
    expect(fires('adm1', filter('selection'))).toBe(true);
    expect(fires('bob', filter('selection'))).toBe(false);
    expect(load(rule('f: x'), filter('selection')).documents[1]?.problems).toMatchObject([
      { severity: 'warning', error: { code: 'SIGMA.FILTER_NARROWS' } },
    ]);
  });
  test('[F3] warn about rules that are not there', () => {
    expect(load(filter('not selection')).documents[0]?.problems).toMatchObject([
      { severity: 'warning', error: { code: 'SIGMA.FILTER_UNUSED' } },
    ]);
  });
});

type Tree = { word: string } | { not: Tree } | { all: [Tree, Tree] } | { any: [Tree, Tree] };
const names = ['a', 'b', 'c'];
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.record({ word: fc.constantFrom(...names) }),
    fc.record({ not: tie('tree') }),
    fc.record({ all: fc.tuple(tie('tree'), tie('tree')) }),
    fc.record({ any: fc.tuple(tie('tree'), tie('tree')) }),
  ),
})).tree;
const written = (node: Tree): string => {
  if ('word' in node) return node.word;
  if ('not' in node) return `not (${written(node.not)})`;
  const [left, right] = 'all' in node ? node.all : node.any;
  // Without parentheses around the stronger word: precedence is what is tested.
  return 'all' in node ? `(${written(left)}) and (${written(right)})` : `${written(left)} or ${written(right)}`;
};
const truth = (node: Tree, holds: (name: string) => boolean): boolean => {
  if ('word' in node) return holds(node.word);
  if ('not' in node) return !truth(node.not, holds);
  if ('all' in node) return node.all.every((part) => truth(part, holds));
  return node.any.some((part) => truth(part, holds));
};
const evaluated = (condition: Condition, holds: (name: string) => boolean): boolean => {
  if (condition.kind === 'search') return holds(condition.name);
  if (condition.kind === 'not') return !evaluated(condition.of, holds);
  return condition.kind === 'and'
    ? condition.of.every((part) => evaluated(part, holds))
    : condition.of.some((part) => evaluated(part, holds));
};

test('[D1] a condition means what it says, for every truth of its searches', () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 0, max: 7 }), (node, bits) => {
      const holds = (name: string) => (bits >> names.indexOf(name)) % 2 === 1;
      expect(evaluated(parseCondition(written(node), names), holds)).toBe(truth(node, holds));
    }),
    { numRuns: 2_000 },
  );
});

test.each<[string, string[], boolean]>([
  ['a or b and not c', ['a', 'c'], true],
  ['a or b and not c', ['b', 'c'], false],
  ['not a or b', ['a', 'b'], true],
  ['not 1 of sel_*', ['sel_1'], false],
  ['all of sel_*', ['sel_1'], false],
  ['all of sel_* and not a', ['sel_1', 'sel_2'], true],
  ['1 of them', ['_hidden'], false],
  ['1 of _*', ['_hidden'], true],
  ['any of s*_2', ['sel_2'], true],
  ['NOT a AND b', ['b'], true],
])('[D1] [D2] %s, given %j → %s', (text, held, expected) => {
  const searches = ['a', 'b', 'c', 'sel_1', 'sel_2', '_hidden'];
  expect(evaluated(parseCondition(text, searches), (name) => held.includes(name))).toBe(expected);
});

describe.skipIf(!hasCorpus('standards/sigma/spec-tests'))('examples of the specification', () => {
  const folder = join(corpusDir, 'standards/sigma/spec-tests');
  const files = hasCorpus('standards/sigma/spec-tests')
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
    : [];
  test.each(files.filter((file) => file.endsWith('.yml')))('[C1] %s is read', (file) => {
    const documents = parseDocuments(readFileSync(join(folder, file), 'utf8'), file);
    const errors = documents.flatMap(({ problems }) =>
      problems.filter(({ severity }) => severity === 'error').map(({ error }) => error.code),
    );
    expect(errors).toEqual([]);
  });
});
