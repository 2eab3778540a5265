import { expect, test } from 'vitest';
import { firesOn, problemsOf, ruleText } from '../../../test/sigma.ts';

const item = (value: string) => ({ f: value });

test('[D1] several conditions of a list are alternatives', () => {
  const text = ruleText({ a: item('x'), b: item('y'), condition: ['a', 'b and not a'] });
  expect(['x', 'y', 'z'].map((f) => firesOn(text, { f }))).toEqual([true, true, false]);
});

test('[D4] a condition of negations alone fires on events that lack the field', () => {
  const text = ruleText({ filter: item('x'), condition: 'not filter' });
  expect([{ f: 'y' }, {}, { f: 'x' }].map((event) => firesOn(text, event))).toEqual([true, true, false]);
});

test('[D5] a search may bear the name of a word of the language', () => {
  const searches = { not: item('n'), of: item('o'), and: item('a'), them: item('t') };
  for (const [condition, yes, no] of [
    ['not', 'n', 'o'],
    ['of or and', 'a', 'n'],
    ['them', 't', 'n'],
    ['1 of them', 'o', 'x'],
  ] as const) {
    const text = ruleText({ ...searches, condition });
    expect(firesOn(text, { f: yes }), condition).toBe(true);
    expect(firesOn(text, { f: no }), condition).toBe(false);
  }
});

test('[D6] what is nested or long beyond all sense is an error with its place', () => {
  let nested: unknown = item('x');
  for (let depth = 0; depth < 30; depth += 1) nested = [nested];
  const problems = (detection: object) => problemsOf(ruleText(detection)).map((one) => one.replace(/ .*/, ''));
  expect(problems({ s: nested, condition: 's' })).toEqual(['BAD_VALUE']);
  expect(problems({ s: item('x'), condition: `${'('.repeat(201)}s${')'.repeat(201)}` })).toEqual(['BAD_CONDITION']);
  expect(problems({ s: item('x'), condition: `${'('.repeat(199)}s${')'.repeat(199)}` })).toEqual([]);
  expect(problems({ s: item('x'), condition: `s${' or s'.repeat(4_000)}` })).toEqual(['BAD_CONDITION']);
  expect(problems({ s: item('x'), condition: `${'not '.repeat(4_001)}s` })).toEqual([]);
});

test.each([
  's and',
  'and s',
  's or or s',
  's) or s',
  '()',
  '2 of s*',
  '1 of',
  '1 of (s)',
  's | count() > 5',
  's near s',
])('[D1] "%s" is an error', (condition) => {
  expect(problemsOf(ruleText({ s: item('x'), condition }))).toEqual([
    expect.stringMatching(/^(?:BAD_CONDITION|UNKNOWN_SEARCH) 1:\d+$/),
  ]);
});
