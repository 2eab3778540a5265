import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const here = import.meta.dirname;
/** Every SPEC.md of ours, and where its tests are; what the stage makes of correlations is tested in detect. */
const specs = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => basename(file) === 'SPEC.md')
  .map((file) => {
    const folder = dirname(join(here, file));
    const isOfWindows = basename(folder) === 'correlate';
    return { spec: file, folders: [folder, here, ...(isOfWindows ? [resolve(here, '../../detect')] : [])] };
  });

function testsIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** Ids that a text defines, and those that names of tests mention: in quotation marks, `[E1] [E2] what holds`. */
const definedIn = (text: string) => [...text.matchAll(/^- \*\*\[([A-Z]\d+)\]\*\*/gm)].map(([, id = '']) => id);
const namedIn = (text: string) =>
  [...text.matchAll(/['"`]((?:\[[A-Z]\d+\] ?)+)/g)].flatMap(([, ids = '']) => ids.match(/[A-Z]\d+/g) ?? []);

describe.each(specs)('$spec', ({ spec, folders }) => {
  const text = readFileSync(join(here, spec), 'utf8');
  const defined = definedIn(text);
  const named = new Set(folders.flatMap((folder) => namedIn(testsIn(folder))));

  test('every rule has a test that bears its id', () => {
    expect(defined.length).toBeGreaterThan(5);
    expect(defined.filter((id) => !named.has(id))).toEqual([]);
  });

  test('no id stands for two rules, and every one that the text refers to is there', () => {
    expect(defined.filter((id, at) => defined.indexOf(id) !== at)).toEqual([]);
    const letters = new Set(defined.map((id) => id.charAt(0)));
    const meant = [...text.matchAll(/\[([A-Z]\d+)\]/g)].map(([, id = '']) => id);
    expect(meant.filter((id) => letters.has(id.charAt(0)) && !defined.includes(id))).toEqual([]);
  });
});

test('there are a specification of matching and one of correlating at least', () => {
  expect(specs.map(({ spec }) => spec)).toEqual(expect.arrayContaining(['SPEC.md', join('correlate', 'SPEC.md')]));
});

test('every id in the name of a test, and in a comment that names a SPEC.md of Sigma, is a rule', () => {
  const defined = new Set(specs.flatMap(({ spec }) => definedIn(readFileSync(join(here, spec), 'utf8'))));
  expect(namedIn(testsIn(here)).filter((id) => !defined.has(id))).toEqual([]);
  const code = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const strangers = code.flatMap((file) =>
    [...readFileSync(join(here, file), 'utf8').matchAll(/SPEC\.md ((?:\[[A-Z]\d+\](?:, |-)?)+)/g)].flatMap(
      ([, ids = '']) => (ids.match(/[A-Z]\d+/g) ?? []).filter((id) => !defined.has(id)).map((id) => `${file} ${id}`),
    ),
  );
  expect(strangers).toEqual([]);
});
