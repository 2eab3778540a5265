import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firesOn, itemFires, problemsOf, ruleText } from '../../../test/sigma.ts';
import { compilePattern, parsePattern } from './pattern.ts';

/** Milliseconds of processor time that no single input may take; honest ones take a few. */
const patienceMs = 6_000;
function atOnce<T>(run: () => T): T {
  const began = process.cpuUsage();
  const result = run();
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(patienceMs);
  return result;
}
const rule = (item: string) => `title: t\nlogsource: {}\ndetection:\n  s:\n    ${item}\n  condition: s\n`;
const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

describe('[Y1] rule files', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...Array.from(
      'bcdefghi',
      (name, at) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${'abcdefghi'.charAt(at)}`)
          .join()}]`,
    ),
  ];
  test.each<[string, string, string[]]>([
    ['10 MB', `title: t\n#${'x'.repeat(10_000_000)}`, ['TOO_LARGE 1:1']],
    ['a bomb of aliases', bomb.join('\n'), ['BAD_YAML 1:1']],
    [
      'an alias of what it is in',
      'title: t\nlogsource: {}\ndetection: &d\n  s: *d\n  condition: s\n',
      ['BAD_VALUE 4:3'],
    ],
    ['60,000 keys', `${rule('f: x')}x:\n${many(60_000, (at) => `  k${at}: 1`)}`, []],
    ['20,000 values', rule(`f:\n${many(20_000, (at) => `      - v${at}`)}`), []],
    [
      '20,000 values of which one is wrong',
      rule(`f|cidr:\n${many(20_000, (at) => (at < 19_999 ? '      - 10.0.0.0/8' : '      - x'))}`),
      ['MODIFIER_VALUE 20005:9'],
    ],
    ['a key that is there twice among many', `${many(60_000, (at) => `k${at % 59_999}: 1`)}`, ['BAD_YAML 60000:1']],
    ['keys in keys', `${'? '.repeat(400)}x`, ['BAD_YAML 1:3']],
    ['keys in keys over lines', `${many(900, (at) => `${' '.repeat(at)}?`)} x`, [expect.stringMatching(/^BAD_YAML/)]],
    ['a key that is a list', '[a, b]: c', ['BAD_YAML 1:1']],
    ['a deep nest', '['.repeat(1_000_000), ['BAD_YAML 1:1']],
    ['a deep nest of blocks', '- '.repeat(100_000), ['BAD_YAML 1:1']],
    [
      '20,000 searches',
      `title: t\nlogsource: {}\ndetection:\n${many(20_000, (at) => `  s${at}: {f: x}`)}\n  condition: 1 of them\n`,
      [],
    ],
    ['a quarter of a million documents', '---\n'.repeat(250_000), ['BAD_YAML 1:1']],
    [
      'many values of many dashes',
      rule(`f|windash: [${many(100, (at) => `-a${at} -b -c -d -e,`)}]`.replaceAll('\n', ' ')),
      [],
    ],
    [
      'bytes that are no text',
      Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 7) % 256)).toString(),
      [expect.stringMatching(/^(?:BAD_YAML|NOT_A_RULE)/)],
    ],
  ])('%s: an error with its place or a rule, at once', (_name, text, expected) => {
    expect(atOnce(() => problemsOf(text)).slice(0, 1)).toEqual(expected);
  });

  test('any bytes give problems, never a throw', () => {
    const line = fc.constantFrom(
      'title: t',
      'detection:',
      '  s:',
      '    f|re: (',
      '- ',
      '? ',
      ': ',
      '&a *a',
      '<<: *a',
      '---',
      '!!x',
      '|',
      '>',
      '{',
      ']',
      '"',
      "'",
      '\t',
      '\0',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => void problemsOf(lines.join('\n'))),
      { numRuns: 500 },
    );
  });
});

test('[Y5] merge keys are an error with its place', () => {
  expect(problemsOf(rule('<<: {f: x}'))).toEqual(['BAD_YAML 5:5']);
  expect(problemsOf(`base: &b {f: x}\n${rule('<<: *b')}`)).toEqual(['BAD_YAML 6:5']);
});

describe('[Y6] names that objects are born with', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  test.each(names)('%s is a field as any other', (name) => {
    expect(firesOn(rule(`${name}: x`), JSON.parse(`{"${name}": "x"}`))).toBe(true);
    expect(firesOn(rule(`${name}.deep: x`), JSON.parse(`{"${name}": {"deep": "x"}}`))).toBe(true);
    for (const item of [`${name}: '*'`, `${name}|exists: true`, `a.${name}|exists: true`])
      expect(firesOn(rule(item), { a: {} }), item).toBe(false);
    expect(firesOn(rule(`${name}: null`), {})).toBe(true);
  });
  test.each(names)('%s is a search as any other', (name) => {
    const text = `title: t\nlogsource: {}\ndetection:\n  ${name}: {f: x}\n  condition: ${name}\n`;
    expect([firesOn(text, { f: 'x' }), firesOn(text, { f: 'y' })]).toEqual([true, false]);
    expect(problemsOf(text.replace(`condition: ${name}`, 'condition: isPrototypeOf'))).toEqual(['UNKNOWN_SEARCH 5:3']);
  });
  test('they are no titles, levels, logsources, types, placeholders or modifiers', () => {
    expect(problemsOf('__proto__: {title: t, logsource: {}, detection: {s: {f: x}, condition: s}}')).toEqual([
      'NOT_A_RULE 1:1',
    ]);
    for (const name of names) {
      expect(problemsOf(`level: ${name}\n${rule('f: x')}`)).toEqual(['BAD_VALUE 1:1']);
      expect(
        problemsOf(`title: c\ncorrelation:\n  type: ${name}\n  rules: [a]\n  timespan: 5m\n  condition: {gte: 1}\n`),
      ).toEqual(['BAD_VALUE 3:3']);
    }
    const merged = 'action: global\n__proto__: {level: high}\nconstructor: {prototype: {x: 1}}\n---\n';
    expect(problemsOf(merged + rule('f: x'))).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'x') || Object.hasOwn(Object.prototype, 'level')).toBe(false);
  });
});

describe('events', () => {
  const large = 'a'.repeat(1_000_000);
  test.each<[string, unknown]>([
    ['f', '*a*a*a*a*b'],
    ['f', `*${'a?'.repeat(200)}b*`],
    ['f', `*${'?'.repeat(300)}b`],
    ['f', `${'*a?'.repeat(100)}b`],
    ['f|endswith', `${'a?'.repeat(200)}b`],
    ['f|contains|all', ['aab', 'a?b', 'b']],
    ['f|re', '(a+)+$b'],
    ['f|re', '^(a|aa)+$x'],
    ['f|re', '(?:a?){100}a{100}b'],
    ['f|windash|contains', '-a -b -c -d'],
    ['f|base64offset|contains', 'foobar'],
    ['f|cidr', '10.0.0.0/8'],
    ['f|gt', 5],
    ['f|hour', 5],
    ['f', 5],
  ])('[V1] [M4] %s: %j over a value of 1 MB is decided at once', (key, value) => {
    expect(atOnce(() => itemFires(key, value, { f: large }))).toBe(false);
  });

  test('[V1] a run with ? in a large value is found as in a small one', { timeout: 120_000 }, () => {
    const character = fc.constantFrom('a', 'b', '😀');
    // What the run matches, if nothing of it is changed, and something behind it.
    const cases = fc.array(fc.tuple(fc.boolean(), character, fc.boolean()), {
      minLength: 1,
      maxLength: 80,
      size: 'max',
    });
    const changes = fc.tuple(
      fc.nat({ max: 200 }),
      fc.constantFrom('', 'a', 'b', '😀'),
      fc.string({ unit: character, maxLength: 3 }),
    );
    fc.assert(
      fc.property(cases, changes, (all, [at, change, behind]) => {
        const run = all.map(([isOpen, one]) => (isOpen ? '?' : one)).join('');
        const exact = all.map(([, one]) => one);
        const end = exact.map((one, index) => (index === at ? change : one)).join('') + behind;
        const [test, anchored] = [`*${run}*`, `*${run}`].map((text) => compilePattern(parsePattern(text)));
        const source = run.replaceAll('?', '[^]');
        const small = 'z'.repeat(100) + end;
        const large = 'z'.repeat(120_000) + end;
        expect(test?.(large), run).toBe(new RegExp(source, 'u').test(small));
        expect(anchored?.(large), run).toBe(new RegExp(`${source}$`, 'u').test(small));
      }),
      { numRuns: 150 },
    );
  });

  test('[E4] nesting of any depth is walked or left, never a crash', () => {
    const nest = (levels: number, wrap: (value: unknown) => unknown) => {
      let value: unknown = 'x';
      for (let level = 0; level < levels; level += 1) value = wrap(value);
      return value;
    };
    const objects = { f: nest(1_000, (a) => ({ a })) };
    expect(firesOn(ruleText({ k: ['x'], condition: 'k' }), objects)).toBe(true);
    expect(itemFires(Array(900).fill('a').join('.'), 'x', objects)).toBe(false);
    const lists = { f: nest(100_000, (a) => [a]) };
    expect(itemFires('f', 'x', lists)).toBe(true);
    expect(itemFires('f.g', 'x', lists)).toBe(false);
    expect(firesOn(ruleText({ k: ['x'], condition: 'k' }), lists)).toBe(true);
  });

  test('[E6] values that JSON does not have are no trouble', () => {
    const odd = { f: undefined, g: () => 'x', h: Symbol('x'), i: 5n, j: Number.NaN, k: new Date(0), l: Infinity };
    for (const key of Object.keys(odd)) expect(typeof itemFires(`${key}|contains`, 'x', odd)).toBe('boolean');
    expect(firesOn(ruleText({ k: ['x'], condition: 'k' }), odd)).toBe(false);
  });

  test('[E6] text that is half a character, or none at all, is text', () => {
    expect(itemFires('f', '?', { f: '\ud800' })).toBe(true);
    expect(itemFires('f', 'a\0b', { f: 'A\0B' })).toBe(true);
    expect(itemFires('f|re', 'a', { f: '\udfff\ud800a' })).toBe(true);
    expect(itemFires('f|contains', '\ufffd', { f: Buffer.from([0x61, 0xff]).toString() })).toBe(true);
  });

  test('[L2] a logsource that nothing feeds, and one of odd text, load', () => {
    for (const product of ['nobody', 'X'.repeat(10_000), '__proto__', '../etc'])
      expect(problemsOf(rule('f: x').replace('{}', `{product: "${product}"}`))).toEqual([]);
    expect(problemsOf(rule('f: x').replace('{}', '{product: [a]}'))).toEqual(['BAD_VALUE 2:13']);
  });
});
