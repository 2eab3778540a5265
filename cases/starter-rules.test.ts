import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { allFormats } from '../connectors/formats.ts';
import { readContent, testRules } from '../src/detect/index.ts';

const root = resolve(import.meta.dirname, '..');
const rules = resolve(root, 'content/rules');
const report = await testRules([rules], allFormats);

test('every starter rule loads without a problem and has a fixture', () => {
  expect(report.problems).toEqual([]);
  expect(report.without_fixture).toEqual([]);
  expect(report.cases.length).toBeGreaterThan(300);
});

test('README tells how many starter rules make findings', async () => {
  const { set } = await readContent({ rulesDirs: [rules] });
  const told = /Sigma [\d.]+ rules \((\d+) of our own/.exec(readFileSync(resolve(root, 'README.md'), 'utf8'))?.[1];
  expect(Number(told)).toBe(set.reporting.size);
});

test.each(report.cases)('$file: $name', ({ failures }) => {
  expect(failures).toEqual([]);
});
