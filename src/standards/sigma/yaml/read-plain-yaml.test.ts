import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { corpusDir, hasCorpus } from '../../../../test/corpus.ts';
import { readFullYaml } from './read-full-yaml.ts';
import { readPlainYaml } from './read-plain-yaml.ts';
import { readYaml } from './read-yaml.ts';

/** Whether it was plain. What is plain is what the full reader reads, without an error, at the same place. */
function agrees(text: string): boolean {
  const plain = readPlainYaml(text);
  if (!plain) return false;
  const full = readFullYaml(text, 'file');
  expect(full.errors, text).toEqual([]);
  expect(full.documents, text).toHaveLength(1);
  const [document] = full.documents;
  expect(plain.values, text).toEqual(document?.values);
  expect({ file: 'file', ...plain.start }, text).toEqual(document?.where([]));
  expect(text.trim(), text).toBe(document?.text);
  return true;
}

const pieces = [
  'a: ',
  'b: ',
  'a:',
  'c|contains:',
  'd.e: ',
  '- ',
  '-',
  '? ',
  ': ',
  ':',
  '  ',
  '    ',
  ' ',
  '\n',
  '\n',
  '\n',
  '\n',
  'x',
  'some words',
  "'quoted'",
  "'it''s'",
  '"double"',
  '"a\\\\b"',
  '"a\\tb"',
  "'open",
  '|',
  '|-',
  '|+',
  '>',
  '#',
  ' # c',
  '12',
  '-5',
  '0',
  '007',
  '1.5',
  '0x10',
  '1e3',
  'null',
  'true',
  'False',
  '~',
  '.5',
  '2026-01-01',
  '-x',
  '--',
  '---',
  '*a',
  '&a',
  '!t',
  '[x, y]',
  '{a: b}',
  '%',
  '@',
  '`',
  ',',
  '\\',
  'ä',
  '\t',
  '\r\n',
  '__proto__: ',
  'constructor: ',
  '<<: ',
];

test('[Y7] what the plain reader reads is what the full one reads, for generated files', () => {
  let read = 0;
  const line = fc
    .tuple(
      fc.constantFrom('', '', '  ', '    ', '   '),
      fc.constantFrom('a: ', 'b: ', 'c|d: ', 'a:', 'b:', '- ', '- a: ', '- - ', ''),
      fc.array(fc.constantFrom(...pieces), { maxLength: 3 }),
    )
    .map(([indent, key, rest]) => `${indent}${key}${rest.join('')}`);
  const file = fc.oneof(
    fc.array(line, { maxLength: 9 }).map((lines) => lines.join('\n')),
    fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((all) => all.join('')),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c|contains', 'd.e'), tie('value'), { minKeys: 1, maxKeys: 4 }),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(
        'x',
        'some words',
        "it's",
        '12',
        12,
        -5,
        null,
        true,
        'a: b',
        'a\nb\n',
        'a\n  b\n',
        '#',
        '',
      ),
      fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
      tie('tree'),
    ),
  }));
  // A sound file in which something was put somewhere.
  const changed = fc.tuple(tree, fc.option(fc.constantFrom(...pieces)), fc.nat({ max: 200 })).map(([of, piece, at]) => {
    const text = stringify(of);
    const place = at % text.length;
    return piece === null ? text : `${text.slice(0, place)}${piece}${text.slice(place)}`;
  });
  fc.assert(
    fc.property(fc.oneof(file, changed), (text) => {
      if (agrees(text)) read += 1;
    }),
    { numRuns: 4_000 },
  );
  expect(read).toBeGreaterThan(500);
});

test.each([
  ['a: b: c'],
  ['a: b\n  c: d'],
  ['a: |\n    x\n  y\n'],
  ['a: b\na: c'],
  ['a: "x\\ty"'],
  ['a: 1\n- b'],
  ['a: &x b\nc: *x'],
  ['a: [b, c]'],
  ['a: b\n---\nc: d'],
  ['\ufeffa: b'],
  ['a: b\t'],
  ['__proto__: a'],
  [`a: ${'b'.repeat(10)}\n${'c'.repeat(201)}: d`],
  [Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
])('[Y7] %j is left to the full reader', (text) => {
  expect(readPlainYaml(text)).toBeUndefined();
});

test('[Y7] a problem in a plain file is told at its own place', () => {
  const text = 'title: x\n\ndetection:\n    selection:\n        - a: 1\n          b: 2\n    condition: selection\n';
  expect(readPlainYaml(text)).toBeDefined();
  const [document] = readYaml(text, 'file').documents;
  expect(document?.where(['detection', 'selection', 0, 'b'])).toEqual({ file: 'file', line: 6, column: 11 });
});

const rules = 'data/sigma/sigma-rules-core.tar.gz';
describe.skipIf(!hasCorpus(rules))("SigmaHQ's rules", () => {
  test('[Y7] nearly all are plain, and read as the full reader reads them', () => {
    const all = execFileSync('tar', ['xzOf', join(corpusDir, rules), '--wildcards', '*.yml'], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    const files = all.split(/^(?=title:)/m);
    expect(files.length).toBeGreaterThan(3_000);
    const plain = files.filter((text) => agrees(text));
    expect(plain.length / files.length).toBeGreaterThan(0.95);
  }, 60_000);
});
