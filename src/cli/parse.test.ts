import { expect, test } from 'vitest';
import { z } from 'zod';
import { command } from './command.ts';
import { commands } from './commands.ts';
import { parseCommandLine } from './parse.ts';

const probe = command({
  name: 'thing do',
  summary: 'does it',
  args: z.object({ first: z.string(), many: z.array(z.string()).default([]) }),
  options: z.object({ sizeBytes: z.coerce.number().int().default(1), dryRun: z.boolean().default(false) }),
  run: async () => undefined,
});
const parse = (...argv: string[]) => parseCommandLine(argv, [probe], '1.0.0');

test('arguments and options arrive typed, with their defaults', () => {
  expect(parse('thing', 'do', 'a', 'b', 'c', '--size-bytes', '7', '--dry-run', '--json')).toMatchObject({
    invocation: { args: { first: 'a', many: ['b', 'c'] }, options: { sizeBytes: 7, dryRun: true }, json: true },
  });
  expect(parse('thing', 'do', 'a')).toMatchObject({
    invocation: { args: { first: 'a', many: [] }, options: { sizeBytes: 1, dryRun: false }, json: false },
  });
});

test.each([
  [['thing', 'do'], 'first'],
  [['thing', 'do', 'a', '--size-bytes', 'x'], '--size-bytes'],
  [['thing', 'do', 'a', '--nothing'], '--nothing'],
  [['thing', 'undo'], 'undo'],
  [['nothing'], 'nothing'],
])('%j is a usage error that names %s', (argv, word) => {
  expect(() => parse(...argv)).toThrow(word);
  try {
    parse(...argv);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CLI.USAGE' });
  }
});

test('help and version are said with exit code 0', () => {
  expect(parse('--help')).toMatchObject({ outcome: 'said', exitCode: 0, text: expect.stringContaining('Exit codes') });
  expect(parse()).toMatchObject({ outcome: 'said', exitCode: 0, text: expect.stringContaining('thing') });
  expect(parse('thing', 'do', '--help')).toMatchObject({ text: expect.stringContaining('--size-bytes <value>') });
  expect(parse('--version')).toMatchObject({ outcome: 'said', text: '1.0.0\n' });
});

test('every command has its own name and a summary, and is found by it', () => {
  const names = commands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names)
    expect(parseCommandLine([...name.split(' '), '--help'], commands, '1')).toMatchObject({
      outcome: 'said',
      exitCode: 0,
    });
});
