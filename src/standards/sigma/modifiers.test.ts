import { expect, test } from 'vitest';
import { itemFires, problemsOf, ruleText } from '../../../test/sigma.ts';

const placeholders = { who: ['ann', 'bob'] };
const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const latin1 = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding).toString('latin1');

/** Every modifier of the appendix of 2.1: [key, value of the rule, values that match, values that do not]. */
const rows: [string, unknown, unknown[], unknown[]][] = [
  ['contains|all', ['a', 'b'], ['xbya'], ['a', 'b', null]],
  ['startswith', 'a\\', ['A\\b'], ['ba\\']],
  ['endswith', '\\a', ['b\\A'], ['b\\ab']],
  ['contains', 'a', ['bAb'], ['b', undefined]],
  ['exists', true, ['', null, [], {}, 0], [undefined]],
  ['exists', false, [undefined], ['', null]],
  ['cased', 'aB', ['aB'], ['ab', 'AB']],
  ['contains|cased', 'aB', ['xaBx'], ['xabx']],
  ['neq', 'a', ['b', '', null, undefined, 5, {}], ['a', 'A', ['b', 'a']]],
  ['contains|neq', ['a', 'b'], ['xyz'], ['xay']],
  ['re|neq', '^a', ['ba'], ['ab']],
  ['cidr|neq', '10.0.0.0/8', ['11.0.0.1', 'x'], ['10.0.0.1']],
  ['windash', '-a', ['/a', '–a', '—a', '―a', '-A'], ['a', '--a']],
  ['windash|contains|all', [' -a', ' -b'], ['x /b —a'], [' -a']],
  ['re', 'a.c', ['xabcx'], ['ABC', 'a\nc']],
  ['re|i', 'a.c', ['ABC'], ['a\nc']],
  ['re|m', '^b$', ['a\nb'], ['ab']],
  ['re|s', 'a.c', ['a\nc'], ['ac']],
  ['re|i|m|s', '^B.c$', ['a\nb\nC'], ['abc']],
  ['base64', 'ab', [base64('ab')], ['ab']],
  ['base64offset|contains', 'foobar', ['', 'x', 'xy'].map((before) => base64(`${before}foobar!`)), [base64('fooba')]],
  ['wide', 'cmd', [latin1('cmd', 'utf16le')], ['cmd']],
  ['utf16le', 'cmd', ['c\0m\0d\0'], ['\0c\0m\0d']],
  ['utf16be', 'cmd', ['\0c\0m\0d'], ['c\0m\0d\0']],
  ['utf16', 'cmd', ['\xff\xfec\0m\0d\0'], ['c\0m\0d\0']],
  ['utf16le|base64', 'A', [base64('A', 'utf16le')], [base64('A')]],
  ['lt', 5, [4, '4.9', -1], [5, '5', 'x', null]],
  ['lte', 5, [5, '5.0'], [5.1]],
  ['gt', '5', [6, '5e1'], [5, '0x10', true]],
  ['gte', 5, [5, '6'], [4]],
  ['cidr', ['10.0.0.0/8', '2001:db8::/32'], ['10.255.0.1', '2001:db8:1::1'], ['11.0.0.1', '2001:db9::1']],
  ['fieldref', 'g', ['Same'], ['other', undefined]],
  ['fieldref|startswith', 'g', ['same as'], ['as same']],
  ['fieldref|endswith', 'g', ['the same'], ['same x']],
  ['fieldref|contains', 'g', ['x same x'], ['sam']],
  ['fieldref|neq', 'g', ['other', undefined], ['SAME']],
  ['fieldref|cased', 'g', ['same'], ['Same']],
  ['expand', '%who%', ['ann', 'BOB'], ['%who%', 'cyd']],
  ['expand|contains', 'x%who%', ['-xann-'], ['ann']],
  ['minute', 5, ['2026-01-01T10:05:59Z'], ['2026-01-01T10:06:00Z']],
  ['hour', 10, ['2026-01-01T10:59:00+09:00'], ['2026-01-01T11:00:00Z', 'x', null]],
  ['day', 1, ['2026-01-01'], ['2026-01-02']],
  ['week', 1, ['2025-12-29', '2026-01-04'], ['2025-12-28', '2026-01-05']],
  ['month', 12, ['2026-12-31 23:59'], ['2026-11-30']],
  ['year', 2026, ['2026-06-01', 1_767_225_600, '1767225600000'], ['2025-12-31']],
  ['hour|lt', 6, ['2026-01-01T05:59:00Z'], ['2026-01-01T06:00:00Z', undefined]],
  ['hour|neq', 6, ['2026-01-01T05:59:00Z', undefined], ['2026-01-01T06:00:00Z']],
];
test.each(rows)('[M1] %s: %j', (modifiers, value, yes, no) => {
  const fires = (given: unknown) =>
    itemFires(`f|${modifiers}`, value, given === undefined ? { g: 'same' } : { f: given, g: 'same' }, placeholders);
  expect(yes.filter((given) => !fires(given))).toEqual([]);
  expect(no.filter(fires)).toEqual([]);
});

const known =
  'all cased neq contains startswith endswith exists re i m s base64 base64offset wide utf16le utf16be utf16 windash cidr lt lte gt gte fieldref expand minute hour day week month year';
test('[M1] every modifier of the standard has a test here, and others are errors', () => {
  const tested = new Set(rows.flatMap(([modifiers]) => modifiers.split('|')));
  expect(known.split(' ').filter((name) => !tested.has(name))).toEqual([]);
  for (const name of [
    '',
    'Contains',
    'ignorecase',
    'multiline',
    'dotall',
    'endwith',
    'toString',
    '__proto__',
    'second',
  ])
    expect(problemsOf(ruleText({ s: { [`f|${name}`]: 'x' }, condition: 's' })), name).toEqual([
      expect.stringMatching(/^UNKNOWN_MODIFIER 1:\d+$/),
    ]);
});

/** Groups of modifiers, and which of them stand together; a line break ends a group's list. */
const groups: Readonly<Record<string, string>> = {
  text: 'contains startswith endswith',
  encoding: 'base64 base64offset wide utf16le utf16be utf16',
  flag: 'i m s',
  number: 'lt lte gt gte',
  time: 'minute hour day week month year',
};
const together: Readonly<Record<string, string>> = {
  all: 'neq cased text re flag encoding windash cidr fieldref expand',
  neq: 'cased text re flag encoding windash cidr fieldref expand time',
  cased: 'text encoding windash fieldref expand',
  text: 'encoding windash fieldref expand',
  encoding: 'windash expand',
  windash: 'expand',
  cidr: 'expand',
  re: 'flag',
  flag: 'flag',
  number: 'time',
};
const namesOf = (group: string) => (groups[group] ?? group).split(' ');
const fitting = new Set(
  Object.entries(together).flatMap(([left, rights]) =>
    rights
      .split(' ')
      .flatMap((right) => namesOf(left).flatMap((one) => namesOf(right).map((other) => `${one} ${other}`))),
  ),
);
// Text becomes bytes, and bytes base64.
for (const wide of ['wide', 'utf16le', 'utf16be', 'utf16'])
  for (const base of ['base64', 'base64offset']) fitting.add(`${wide} ${base}`);

test('[M2] of all pairs of modifiers those that make no sense together are errors, whatever the order', () => {
  const codes = (modifiers: string) =>
    problemsOf(ruleText({ s: { [`f|${modifiers}`]: 'x' }, condition: 's' }), placeholders).map(
      (one) => one.split(' ')[0],
    );
  for (const one of known.split(' '))
    for (const other of known.split(' ')) {
      const fits = one !== other && (fitting.has(`${one} ${other}`) || fitting.has(`${other} ${one}`));
      // A flag stands alone without `re`, and base64 comes last: both are tried by themselves.
      const isFlag = namesOf('flag').includes(one) || namesOf('flag').includes(other);
      const isTurned = fits && other.length > 3 && one.startsWith('base64') && namesOf('encoding').includes(other);
      const found = codes(`${one}|${other}`);
      if (isFlag && one !== 're') expect(found, `${one}|${other}`).not.toEqual([]);
      else if (fits && !isTurned) expect(found, `${one}|${other}`).not.toContain('CONFLICTING_MODIFIERS');
      else expect(found, `${one}|${other}`).toEqual(['CONFLICTING_MODIFIERS']);
    }
  expect(codes('re|i|contains')).toEqual(['CONFLICTING_MODIFIERS']);
  expect(codes('wide|base64|base64offset')).toEqual(['CONFLICTING_MODIFIERS']);
});

test.each<[string, unknown, string]>([
  ['exists', 'true', 'MODIFIER_VALUE'],
  ['exists', null, 'MODIFIER_VALUE'],
  ['re', null, 'MODIFIER_VALUE'],
  ['re', '(', 'BAD_REGEX'],
  ['re', '(?=a)', 'BAD_REGEX'],
  ['re', '(?<!a)b', 'BAD_REGEX'],
  ['re', '(a)\\1', 'BAD_REGEX'],
  ['re', 'a{1001}', 'BAD_REGEX'],
  ['cidr', '10.0.0.0/33', 'MODIFIER_VALUE'],
  ['cidr', '10.*', 'MODIFIER_VALUE'],
  ['cidr', 5, 'MODIFIER_VALUE'],
  ['lt', 'many', 'MODIFIER_VALUE'],
  ['gt', '0x10', 'MODIFIER_VALUE'],
  ['gt', '', 'MODIFIER_VALUE'],
  ['gt', 'Infinity', 'MODIFIER_VALUE'],
  ['gt', null, 'MODIFIER_VALUE'],
  ['hour', 5.5, 'MODIFIER_VALUE'],
  ['hour', 'noon', 'MODIFIER_VALUE'],
  ['fieldref', 5, 'MODIFIER_VALUE'],
  ['fieldref', '', 'MODIFIER_VALUE'],
  ['contains', null, 'MODIFIER_VALUE'],
  ['contains', true, 'MODIFIER_VALUE'],
  ['base64', '', 'MODIFIER_VALUE'],
  ['base64', 'a*', 'MODIFIER_VALUE'],
  ['utf16', 'a?', 'MODIFIER_VALUE'],
  ['expand', '%nobody%', 'UNRESOLVED_PLACEHOLDER'],
  ['expand', '%constructor%', 'UNRESOLVED_PLACEHOLDER'],
  ['expand|contains', ['%who%', 'x%nobody%'], 'UNRESOLVED_PLACEHOLDER'],
  ['windash', '-a -b -c -d -e -f', 'TOO_MANY_VARIANTS'],
])('[Y2] [M5] [M11] the value of %s: %j is an error with its place', (modifiers, value, code) => {
  const text = `title: t\nlogsource: {}\ndetection:\n  s:\n    f|${modifiers}:\n      - ${[value]
    .flat()
    .map((one) => JSON.stringify(one))
    .join('\n      - ')}\n  condition: s\n`;
  const line = Array.isArray(value) ? 7 : 6;
  expect(problemsOf(text, placeholders)).toEqual([`${code} ${line}:9`]);
});

test('[M13] exists and fieldref without a field are errors', () => {
  for (const [key, value] of [
    ['|exists', true],
    ['|fieldref', 'f'],
  ] as const)
    expect(problemsOf(ruleText({ s: { [key]: value }, condition: 's' }))).toEqual([
      expect.stringMatching(/^MODIFIER_VALUE/),
    ]);
});

test('[M12] [V5] numbers are decimal on both sides', () => {
  for (const [given, fires] of [
    ['16', true],
    [' 16.5 ', true],
    ['1.7e1', true],
    ['0x11', false],
    ['१७', false],
    ['', false],
  ] as const)
    expect(itemFires('f|gt', '15', { f: given }), given).toBe(fires);
  expect(itemFires('f|lt', 0, { f: Number.NaN })).toBe(false);
});

test('[M3] neq is true of values of other types, and of all of a list', () => {
  expect(itemFires('f|neq', 5, { f: 'five' })).toBe(true);
  expect(itemFires('f|neq', 5, { f: '5.0' })).toBe(false);
  expect(itemFires('f|neq', 5, { f: [4, 5] })).toBe(false);
  expect(itemFires('f|neq', null, {})).toBe(false);
  expect(itemFires('f|neq', null, { f: 0 })).toBe(true);
});

test('[M7] only a dash that begins a word varies, and wildcards stay', () => {
  expect(itemFires('f|windash|contains', 'a-b -c', { f: 'a-b /c' })).toBe(true);
  expect(itemFires('f|windash|contains', 'a-b -c', { f: 'a/b -c' })).toBe(false);
  expect(itemFires('f|windash', '*-a?', { f: 'x /ab' })).toBe(true);
});

test('[M9] fieldref compares texts of any element of either side', () => {
  expect(itemFires('a|fieldref', 'b', { a: [1, 2], b: ['2', 'x'] })).toBe(true);
  expect(itemFires('a|fieldref', 'b', { a: 1, b: '1.0' })).toBe(false);
  expect(itemFires('a|fieldref', 'b.c', { a: 'X', b: { c: 'x' } })).toBe(true);
  expect(itemFires('a|fieldref', 'b', { a: {}, b: {} })).toBe(false);
  expect(itemFires('a|fieldref|all', ['b', 'c'], { a: 'x', b: 'x', c: 'y' })).toBe(false);
});

test('[M10] a value that is no plain address is in no range', () => {
  const inside = (f: unknown) => itemFires('f|cidr', ['10.0.0.1/8', 'fe80::/10', '::1'], { f });
  expect(
    ['10.9.9.9', ' 10.0.0.1 ', '::ffff:10.0.0.1', 'FE80::1', 'fe80::1%eth0', '::1', ['x', '10.0.0.1']].filter(
      (f) => !inside(f),
    ),
  ).toEqual([]);
  expect(['10.0.0.1:80', '010.0.0.1', '[::1]', '0x0a000001', 167_772_161, null, {}].filter(inside)).toEqual([]);
});
