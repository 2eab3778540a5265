import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { allFormats } from '../connectors/formats.ts';
import { createLineEvaluation, readContent, testRules } from '../src/detect/index.ts';
import { addresses, failedLogonLine, guessOf } from '../src/server/demo/auth-line.ts';

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

test('the demonstration is a brute force and nothing else, however many guesses come before the drop', async () => {
  const content = await readContent({ rulesDirs: [rules] });
  const evaluation = createLineEvaluation({ content, formats: allFormats, format: 'sshd', now: 0 });
  async function* attack() {
    for (let n = 0; n < 60; n += 1) {
      const text = failedLogonLine(n * 250, guessOf(n), { address: addresses.attacker, port: 40_000 + n });
      yield { text: text.trimEnd(), number: n + 1 };
    }
  }
  const told = new Set<string>();
  for await (const { is_reporting, title } of evaluation.evaluate('auth.log', attack()))
    if (is_reporting) told.add(title);
  for (const { title } of evaluation.finish()) told.add(title);
  expect([...told]).toEqual(['SSH brute force']);
});
