import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseDocuments } from '../../standards/sigma/index.ts';
import { createContent } from '../rules/content.ts';
import { confinePack } from './confine-pack.ts';
import { lineDiff } from './line-diff.ts';
import { readRuleSources } from './read-rule-sources.ts';

const dir = mkdtempSync(join(tmpdir(), 'firebreak-overrides-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rule = (id: string, more = '') =>
  `title: ${id}\nid: ${id}\n${more}level: high\nlogsource: {product: x}\ndetection: {s: {f: x}, condition: s}\n`;

async function withOverrides(text: string, more: Readonly<Record<string, string>> = {}) {
  const [rules, overrides] = [mkdtempSync(join(dir, 'r')), mkdtempSync(join(dir, 'o'))];
  writeFileSync(join(rules, 'a.yml'), rule('a'));
  writeFileSync(join(rules, 'b.yml'), rule('b'));
  writeFileSync(join(overrides, 'mine.overrides.yml'), text);
  for (const [name, content] of Object.entries(more)) writeFileSync(join(overrides, name), content);
  return createContent(await readRuleSources({ rulesDirs: [rules], overridesDirs: [overrides, join(dir, 'absent')] }));
}

test('[K4] a rule is switched off, or gets another level and customs, and the version tells', async () => {
  const plain = await withOverrides('');
  const changed = await withOverrides(
    'a: {enabled: false, reason: we know}\nb:\n  level: low\n  cause: ours\n  message: "{f} here"\n',
  );
  expect(changed.set.rules.map(({ header }) => [header.id, header.level])).toEqual([['b', 'low']]);
  const [b] = changed.set.rules;
  expect(b && changed.customs(b.header).cause).toBe('ours');
  expect(changed.version).not.toBe(plain.version);
  const off = changed.listings.find(({ rule_id: id, title }) => id === null && title === 'a');
  expect(off?.problems[0]).toMatchObject({ code: 'CONTENT.DISABLED', message: expect.stringContaining('we know') });
});

test('very many that cannot be used cost no more than their number', async () => {
  const count = 20_000;
  const text = Array.from({ length: count }, (_, at) => `x${at}: {}\n`).join('');
  const content = await withOverrides(text);
  expect(content.listings.filter(({ is_loaded: isLoaded }) => !isLoaded)).toHaveLength(count);
}, 10_000);

test('a custom that is wrong is refused as in a rule', async () => {
  const content = await withOverrides('a: {cause: "Not a word"}\n');
  expect(content.set.rules.map(({ header }) => header.id)).toEqual(['b']);
});

test('[K4] what cannot be used is told with its place, and the rest holds', async () => {
  const content = await withOverrides(
    'a: {level: loud}\nb: {level: low}\ngone: {enabled: false}\n? [1]\n: {enabled: false}\nc: {enable: false}\n',
  );
  expect(content.set.rules.map(({ header }) => [header.id, header.level])).toEqual([
    ['a', 'high'],
    ['b', 'low'],
  ]);
  const problems = content.listings.flatMap(({ problems: found }) => found.map(({ code, line }) => `${code} ${line}`));
  expect(problems.toSorted()).toEqual([
    'CONTENT.BAD_OVERRIDE 1',
    'CONTENT.BAD_OVERRIDE 4',
    'CONTENT.BAD_OVERRIDE 6',
    'CONTENT.OVERRIDE_UNUSED 3',
  ]);
  const places = content.listings.map(({ file, document }) => `${file} ${document}`);
  expect(new Set(places).size).toBe(places.length);
});

test.each([
  ['a list', '- a\n'],
  ['no yaml', 'a: [\n'],
  ['the same rule twice', 'a: {level: low}\na: {level: high}\n'],
  ['an alias', 'x: &x {level: low}\na: *x\n'],
  [
    'a bomb',
    `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`).join('')}`,
  ],
  ['a prototype', '__proto__: {level: low}\n'],
])('%s is told, and the rules stand', async (_, text) => {
  const content = await withOverrides(text);
  expect(content.set.rules.map(({ header }) => [header.id, header.level])).toEqual([
    ['a', 'high'],
    ['b', 'high'],
  ]);
  expect(content.listings.some(({ problems }) => problems.length > 0)).toBe(true);
});

test('a filter of the owner is added to a rule', async () => {
  const filter = 'title: f\nid: f\nlogsource: {product: x}\nfilter: {rules: [a], s: {f: x}, condition: not s}\n';
  const content = await withOverrides('', { 'f.yml': filter });
  expect(content.evaluator.evaluate({ f: 'x' }, [{ product: 'x' }]).map(({ header }) => header.id)).toEqual(['b']);
});

test('[K1] [K2] a pack cannot silence, rename or filter what is not its own', () => {
  const own = parseDocuments(rule('ours', 'name: ours_name\n'), 'ours.yml');
  const pack = confinePack(
    parseDocuments(
      [
        rule('theirs', 'name: theirs_name\n'),
        rule('ours_name'),
        rule('thief', 'name: ours\n'),
        'title: f\nid: f\nlogsource: {product: x}\nfilter: {rules: any, s: {f: x}, condition: not s}\n',
        'title: c\nid: c\ncorrelation: {type: event_count, rules: [ours_name], group-by: [f], timespan: 1m, condition: {gte: 9}}\n',
        'title: d\nid: d\ncorrelation: {type: event_count, rules: [theirs_name], group-by: [f], timespan: 1m, condition: {gte: 9}}\n',
      ].join('---\n'),
      'pack.yml',
    ),
    own,
  );
  const content = createContent([...own, ...pack]);
  expect(content.set.rules.map(({ header }) => header.id)).toEqual(['ours', 'theirs']);
  expect([...content.set.reporting].toSorted()).toEqual(['c', 'd', 'ours']);
  expect(content.evaluator.evaluate({ f: 'x' }, [{ product: 'x' }]).map(({ header }) => header.id)).toEqual(['ours']);
  const refused = content.listings.flatMap(({ problems }) => problems.map(({ code }) => code));
  expect(refused).toEqual(['CONTENT.NAME_OF_ANOTHER', 'CONTENT.NAME_OF_ANOTHER']);
});

const plenty = () => ({ cells: 1e9 });

test('a difference shows what changed and two lines around it', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
  const after = ['a', 'b', 'c', 'D', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];
  expect(lineDiff(before.join('\n'), after.join('\n'), plenty())).toEqual([
    '  b',
    '  c',
    '- d',
    '+ D',
    '  e',
    '  f',
    '…',
    '  i',
    '  j',
    '+ k',
  ]);
  expect(lineDiff('a', 'a', plenty())).toEqual([]);
  expect(lineDiff('', 'x\n'.repeat(5_000), plenty())).toHaveLength(1);
});

test('a change in a long text is shown, and many comparisons together have an end', () => {
  const long = (middle: string) =>
    [...Array.from({ length: 9_000 }, (_, at) => `${at}`), middle, 'x', 'y', 'z'].join('\n');
  expect(lineDiff(long('old'), long('new'), plenty())).toEqual(['  8998', '  8999', '- old', '+ new', '  x', '  y']);
  const room = { cells: 20 };
  const compare = () => lineDiff('a\nb\nc\nd', 'e\nf\ng\nh', room);
  expect(compare()).toHaveLength(8);
  expect(compare()).toEqual(['… 4 lines became 4; too many to compare']);
});
