import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from './evaluate.ts';
import { linkRules } from './link-rules.ts';
import { parseDocuments } from './parse-documents.ts';
import { compilePattern, parsePattern } from './pattern.ts';

/** Whether a rule with this detection (JSON is YAML) fires on the event. */
function fires(detection: unknown, event: Record<string, unknown>, placeholders = {}): boolean {
  const text = JSON.stringify({ title: 't', logsource: {}, detection });
  const documents = parseDocuments(text, 'rule.yml', placeholders);
  const { rules } = linkRules(documents);
  expect(documents.flatMap(({ problems }) => problems.map(({ error }) => error.message))).toEqual([]);
  return createEvaluator(rules).evaluate(event, [{}]).length === 1;
}
const matches = (key: string, value: unknown, event: Record<string, unknown>, placeholders = {}) =>
  fires({ s: { [key]: value }, condition: 's' }, event, placeholders);

/** [name, key, rule value, event values that match, event values that do not]. */
type Row = [string, string, unknown, unknown[], unknown[]];
const b64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');

const rows: Row[] = [
  ['[V1] wildcards cover the whole value', 'f', 'a*c?', ['abcd', 'ac1', 'A\n\nCx'], ['abc', 'xabcd', 'acde1']],
  ['[V1] ? is one character beyond the basic plane too', 'f', 'a?b', ['a😀b', 'axb'], ['ab', 'a😀😀b']],
  ['[V1] text between two wildcards is found left to right', 'f', '*ab*ab', ['abab', 'xabyab'], ['ab', 'aab']],
  ['[V1] runs with ? are searched', 'f', '*a?c*d', ['abcd', 'zzaxc-d'], ['acd', 'abc']],
  ['[V2] a backslash before a star is a star', 'f', 'a\\*b', ['a*b'], ['axb', 'a\\*b']],
  [
    '[V2] two backslashes before a star are a backslash and a wildcard',
    'f',
    'a\\\\*',
    ['a\\', 'a\\xyz'],
    ['a*', 'axyz'],
  ],
  ['[V2] three are a backslash and a star', 'f', 'a\\\\\\*', ['a\\*'], ['a\\x']],
  ['[V2] one or two at the end are one', 'f', 'c:\\dir\\', ['C:\\Dir\\'], ['c:\\dir', 'c:\\dir\\\\']],
  [
    '[V2] a trailing backslash does not swallow the wildcard of a modifier',
    'f|contains',
    '\\temp\\',
    ['c:\\temp\\x'],
    ['c:\\temp'],
  ],
  ['[V3] case is folded in Unicode', 'f', 'ÄΣ', ['äσ', 'äς'], ['äs']],
  ['[V4] null is absent, null or an empty list', 'f', null, [null, undefined, []], ['', 0, 'null']],
  ["[V4] '' is present and empty", 'f', '', [''], [undefined, null, ' ']],
  ['[V4] exists', 'f|exists', true, ['', null, 0, {}, []], [undefined]],
  ['[V4] exists: false', 'f|exists', false, [undefined], ['', null]],
  ['[V5] a number equals decimal text', 'f', 4624, [4624, '4624', ' 4624', '4624.0'], ['0x1210', '46240', true, '']],
  ['[V5] a text is compared as text', 'f', '1.0', ['1.0'], [1, '1']],
  ['[V3] case does not depend on a language', 'f', 'TITLE', ['title'], ['tıtle', 'tİtle']],
  ['[V3] ? counts the characters of the lower case', 'f', 'a??b', ['aİb', 'axyb'], ['aib']],
  ['[V4] null in a list is an alternative', 'f', ['x', null], ['x', null, undefined, []], ['', 'y']],
  ['[V5] a text is compared with the text of numbers and booleans', 'f', 'true', [true, 'TRUE'], [1]],
  ['[V5] the text of a number is its shortest decimal form', 'f|endswith', '.5', [1.5, '1.5'], ['1.50']],
  ['[V7] a number with a modifier for text is its text', 'f|contains', 62, [4624, 'x62'], [26]],
  [
    '[V8] an empty value of contains matches whatever is there',
    'f|contains',
    '',
    ['', 'x', 0],
    [null, undefined, [], {}],
  ],
  ['[V6] booleans', 'f', true, [true, 'True', 1, '1'], [false, 'yes', 0, null]],
  [
    '[E2] any element of a list',
    'f',
    'b',
    [
      ['a', 'B'],
      [['a'], ['b']],
    ],
    [['a', 'c'], [{ b: 'b' }]],
  ],
  ['[E3] an object has no value', 'f', '*', ['', 'x', 0], [{}, { a: 'b' }, null, undefined]],
  ['[M3] neq is true of an absent field', 'f|neq', ['a', 'b'], ['c', undefined, null, ''], ['a', 'B', ['c', 'a']]],
  ['[M3] all', 'f|contains|all', ['ab', 'bc'], ['abc', 'bcab'], ['ab', 'bc']],
  ['[M3] all with neq', 'f|contains|all|neq', ['a', 'b'], ['a', 'x'], ['ab']],
  ['[M2] cased', 'f|cased', 'Ab*', ['Abc'], ['abc', 'ABC']],
  ['contains', 'f|contains', 'B', ['abc', 'b', 8 + 'b'], ['ac']],
  ['startswith with a wildcard inside', 'f|startswith', 'a*c', ['abcd', 'acx'], ['xac']],
  ['endswith', 'f|endswith', '.EXE', ['a.exe'], ['a.exe ']],
  ['[M4] re is a case-sensitive search', 'f|re', 'b+c', ['abbcd'], ['aBBcd', 'ac']],
  ['[M4] re with flags', 'f|re|i|s', '^a.B$', ['A\nb'], ['xa.b']],
  ['[M4] re with m', 'f|re|m', '^b$', ['a\nb\nc'], ['ab']],
  ['[M4] inline flags', 'f|re', '(?i)ABC', ['xabcx'], ['ab']],
  ['[M5] base64', 'f|base64|contains', 'hello!', [`x${b64('hello!')}`], ['hello!']],
  [
    '[M6] base64offset finds it at any offset',
    'f|base64offset|contains',
    'foobar',
    ['', 'x', 'xy'].map((before) => b64(`${before}foobar tail`)),
    [b64('fooba')],
  ],
  [
    '[M6] wide, then base64offset',
    'f|wide|base64offset|contains',
    'ping',
    ['', 'a', 'ab'].map((before) => b64(`${before}ping.`, 'utf16le')),
    [b64('ping')],
  ],
  ['[M6] utf16be and base64', 'f|utf16be|base64', 'A', [Buffer.from([0, 65]).toString('base64')], [b64('A')]],
  [
    '[M6] utf16 has its mark',
    'f|utf16|base64',
    'A',
    [Buffer.from([0xff, 0xfe, 65, 0]).toString('base64')],
    [b64('A', 'utf16le')],
  ],
  ['[M7] windash', 'f|windash|contains', ' -x /y-z', [' /x -y-z', ' —x ―y-z', ' –x /y-z'], [' -x /y/z', ' x y']],
  [
    '[M10] cidr',
    'f|cidr',
    ['10.0.0.0/8', '2001:db8::/32'],
    ['10.1.2.3', '2001:DB8::1', '::ffff:10.0.0.1'],
    ['11.0.0.1', '10', 'fe80::1', 10],
  ],
  ['lt and friends read numeric text', 'f|gte', 10, [10, '10', '1e1', 11], [9, '9', 'x', '', null, true]],
  ['lt', 'f|lt', '2.5', [2, '2.4', -1], [2.5, 3]],
  ['[M8] hour as it is written', 'f|hour', 23, ['2026-11-21T23:59:00+05:00'], ['2026-11-21T22:00:00Z', 'noon']],
  [
    '[M8] hour with a comparison',
    'f|hour|gte',
    22,
    ['2026-11-21 22:10', 1_795_300_000 - (1_795_300_000 % 86_400) + 82_800],
    ['2026-11-21T03:00:00Z'],
  ],
  ['[M8] ISO week', 'f|week', 53, ['2026-12-31', '2027-01-03'], ['2027-01-04', '2026-12-27']],
  ['[M8] day, month and year', 'f|month', 2, ['2024-02-29T00:00'], ['2024-02-30T00:00', '2024-03-01']],
  ['[M11] expand', 'f|expand', '%names%-x', ['bob-x', 'ann-x'], ['%names%-x']],
  ['[M11] without expand a percent sign is plain', 'f', '%names%', ['%names%'], ['bob']],
];
test.each(rows)('%s', (_name, key, value, yes, no) => {
  const placeholders = { names: ['bob', 'ann'] };
  const event = (given: unknown) => (given === undefined ? {} : { f: given });
  expect(yes.filter((given) => !matches(key, value, event(given), placeholders))).toEqual([]);
  expect(no.filter((given) => matches(key, value, event(given), placeholders))).toEqual([]);
});

test('[E1] a literal key wins over a path, and a path goes into lists', () => {
  expect(matches('a.b', 1, { 'a.b': 1, a: { b: 2 } })).toBe(true);
  expect(matches('a.b', 2, { 'a.b': 1, a: { b: 2 } })).toBe(false);
  expect(matches('a.b.c', 'x', { a: [{ b: { c: 'y' } }, { 'b.c': 'X' }] })).toBe(true);
  expect(matches('A', 1, { a: 1 })).toBe(false);
  expect(matches('__proto__|exists', true, {})).toBe(false);
  expect(matches('constructor', '*', {})).toBe(false);
});

test('[M9] fieldref', () => {
  expect(matches('a|fieldref', 'b', { a: 'X', b: 'x' })).toBe(true);
  expect(matches('a|fieldref', 'b', { a: 'x' })).toBe(false);
  expect(matches('a|fieldref', 'b', { a: null, b: null })).toBe(false);
  expect(matches('a|fieldref|neq', 'b', { a: 'x', b: 'y' })).toBe(true);
  expect(matches('a|fieldref|startswith', 'b', { a: 'xyz', b: 'XY' })).toBe(true);
  expect(matches('a|fieldref|endswith', 'b', { a: 'xyz', b: 'yz' })).toBe(true);
  expect(matches('a|fieldref|endswith', 'b', { a: 'xyz', b: '' })).toBe(false);
});

describe('[D3] keywords', () => {
  const event = { a: { b: ['deep Evil thing', 7] }, other: 'second' };
  test.each<[unknown, boolean]>([
    [['evil', 'nothing'], true],
    [['nothing'], false],
    [{ '|all': ['evil', 'second'] }, true],
    [{ '|all': ['evil', 'third'] }, false],
    [{ '|re': 'E.il' }, true],
    [['deep*thing'], true],
    [['other'], false],
    [[7], true],
  ])('%j → %s', (keywords, expected) => {
    expect(fires({ keywords, condition: 'keywords' }, event)).toBe(expected);
  });
});

test('[E4] a path enters 64 levels, keywords any', () => {
  const nested = (levels: number) => {
    let value: unknown = 'needle';
    for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { a: value } : [value];
    return { a: value };
  };
  const path = (levels: number) =>
    Array(1 + Math.ceil(levels / 2))
      .fill('a')
      .join('.');
  expect(matches(path(60), 'needle', nested(60))).toBe(true);
  expect(matches(path(70), 'needle', nested(70))).toBe(false);
  expect(fires({ k: ['needle'], condition: 'k' }, nested(1_000))).toBe(true);
});

test('[E5] spaces round the name of a field do not count, those in it do', () => {
  expect(matches(' Threat Name | contains ', 'x', { 'Threat Name': 'axb' })).toBe(true);
  expect(matches('ThreatName', 'x', { 'Threat Name': 'x' })).toBe(false);
});

test('[E6] values are what JSON.parse makes of them', () => {
  expect(matches('f', '9007199254740992', JSON.parse('{"f": 9007199254740993}'))).toBe(true);
  expect(matches('f', 'b', JSON.parse('{"f": "a", "f": "b"}'))).toBe(true);
  expect(
    matches('f', 'a?b', JSON.parse(Buffer.from([...Buffer.from('{"f":"a'), 0xff, ...Buffer.from('b"}')]).toString())),
  ).toBe(true);
});

test('[V8] an empty keyword matches any event with a value', () => {
  const keywords = { k: [''], condition: 'k' };
  expect([{ a: 5 }, { a: { b: '' } }, {}, { a: [] }].map((event) => fires(keywords, event))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('[V1] patterns agree with a regular expression on every text', () => {
  const unit = fc.constantFrom('a', 'b', 'B', '\\', '*', '?', '\n');
  const text = fc.string({ unit, maxLength: 10 });
  fc.assert(
    fc.property(text, text, (rule, value) => {
      const pattern = parsePattern(rule);
      const source = pattern
        .map((part) =>
          typeof part === 'string'
            ? part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
            : part.wildcard === 'any'
              ? '[^]*'
              : '[^]',
        )
        .join('');
      expect(compilePattern(pattern)(value)).toBe(new RegExp(`^${source}$`, 'u').test(value));
    }),
    { numRuns: 3_000 },
  );
});

test('[V2] any text matches itself when its wildcards and backslashes are escaped', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '*', '?', 'x', 'Σ', '%'), maxLength: 12 }), (value) => {
      const escaped = value.replace(/[\\*?]/g, '\\$&');
      expect(compilePattern(parsePattern(escaped))(value)).toBe(true);
    }),
  );
});
