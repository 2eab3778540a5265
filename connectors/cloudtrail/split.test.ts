import { expect, it } from 'vitest';
import { growth, readContext } from '../../test/hostile.ts';
import { cloudTrail } from './format.ts';

const record = (eventName: string) => ({ eventVersion: '1.09', eventSource: 'ec2.amazonaws.com', eventName });
const namesOf = (parts: readonly string[] | undefined) =>
  parts?.map((part) => cloudTrail.read(part, readContext)?.view['eventName']);

it('cuts a delivered file into its records, and nothing else', () => {
  const names = ['A', 'B]},{"x', 'C\\"'];
  const file = ` {"Records": [${names.map((name) => JSON.stringify(record(name))).join(' , ')}]}`;
  expect(namesOf(cloudTrail.split?.(file))).toEqual(names);
  for (const line of [JSON.stringify(record('A')), '{"Records":5}', '{"x":{"Records":[]}}', ''])
    expect(cloudTrail.split?.(line)).toBeUndefined();
});

it('keeps the whole records of a file that was cut', () => {
  const file = JSON.stringify({ Records: [record('A'), record('B'), record('C')] });
  expect(namesOf(cloudTrail.split?.(file.slice(0, -20)))).toEqual(['A', 'B']);
  expect(cloudTrail.split?.('{"Records":[')).toEqual([]);
});

it('takes time by the length only', () => {
  const lineOf = (length: number) => `{"Records":[${'{"a":"\\""},['.repeat(length / 10)}`;
  expect(growth((line) => cloudTrail.split?.(line), lineOf)).toBeLessThan(40);
});
