import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { corpusDir, hasCorpus } from '../../../../test/corpus.ts';
import { lintDocuments } from './lint-documents.ts';
import { tacticOf, tactics } from './tactics.ts';

const head =
  'title: t\nid: 00000000-0000-4000-8000-000000000001\nstatus: test\ndescription: d\nauthor: a\ndate: 2026-01-01\nreferences: [r]\ntags: [attack.t1059]\nfalsepositives: [none]\nlevel: low\nlogsource: {product: p}\n';
const rule = (detection: string, top = head) => `${top}detection:\n${detection.replaceAll(/^/gm, '  ')}\n`;
/** Codes and places of what is found; lines count from "detection:". */
const told = (text: string) =>
  lintDocuments(text, 'rule.yml').map(
    ({ error }) => `${error.code.replace('LINT.', '')} ${(error.where?.line ?? 0) - 12}:${error.where?.column}`,
  );

test.each<[string, string, string[]]>([
  ['a plain rule', 's: {f: x}\ncondition: s', []],
  [
    'a filter that takes away all that is selected',
    's: {f: [a, b], g: 1}\nn: {f|contains: [a, B]}\ncondition: s and not n',
    ['NEVER_TRUE 3:3'],
  ],
  ['a search and its negation', 's: {f: x}\ncondition: s or not s', ['ALWAYS_TRUE 2:3']],
  ['two values of one field', 's: {f: x}\nt: {f: y}\ncondition: s and t', ['NEVER_TRUE 3:3']],
  [
    'a filter for what is not selected',
    's: {f|endswith: .exe}\nn: {f|endswith: .dll}\ncondition: s and not n',
    ['USELESS_SEARCH 2:3'],
  ],
  ['null beside a value', 's: {f|contains: x}\nn: {f: null}\ncondition: s and not n', ['USELESS_SEARCH 2:3']],
  ['a narrower alternative', 's: {f|contains: abc}\nt: {f|contains: b}\ncondition: 1 of them', ['USELESS_SEARCH 1:3']],
  ['numbers and their texts are not apart', "s: {f: 5}\nt: {f: '5.0'}\ncondition: s and t", []],
  ['lists of conditions', 's: {f: x}\ncondition:\n  - s\n  - not s', ['ALWAYS_TRUE 2:3']],
  ['a search that is not used', 's: {f: x}\nt: {f: y}\n_u: {f: z}\ncondition: s', ['UNUSED_SEARCH 2:3']],
  ['all of them', 's: {f: x}\ncondition: all of them', ['ALL_OF_THEM 2:3']],
  ['a timeframe', 's: {f: x}\ntimeframe: 5m\ncondition: s', ['OBSOLETE_TIMEFRAME 2:3']],
  ['a filter only', 's: {f: x}\ncondition: not s', ['NO_ANCHOR 2:3']],
  ['a wildcard only', "s: {f: '*'}\ncondition: s", ['NO_ANCHOR 2:3']],
  ['an expression without text', 's: {f|re: "[a-z]+"}\ncondition: s', ['REGEX_WITHOUT_TEXT 1:7', 'NO_ANCHOR 2:3']],
  ['a dear expression', 's: {f|re: "abcd(x{1,40}y){1,25}"}\ncondition: s', ['REGEX_COST 1:7']],
  ['an open expression', 's: {f|re: ".*abcd"}\ncondition: s', ['USELESS_WILDCARD 1:7']],
  [
    'wildcards where a modifier opens',
    "s:\n  f|contains: ['*a', 'b*', 'c*d', 'e\\*']\n  g|startswith: 'x*'\n  h|endswith: '*x'\n  i|startswith: '*x'\ncondition: s",
    ['USELESS_WILDCARD 2:18', 'USELESS_WILDCARD 2:24', 'USELESS_WILDCARD 3:5', 'USELESS_WILDCARD 4:5'],
  ],
  ['keywords with wildcards', "s: ['*a*']\ncondition: s", ['USELESS_WILDCARD 1:7']],
  ['values twice', 's:\n  f:\n    - a\n    - A\ncondition: s', ['DUPLICATE_VALUE 4:9']],
  [
    'values in the shadow of others',
    's:\n  f|contains:\n    - cmd.exe\n    - cmd\ncondition: s',
    ['SHADOWED_VALUE 3:9'],
  ],
  [
    'of all the wider one is idle',
    's:\n  f|contains|all:\n    - cmd.exe\n    - cmd\ncondition: s',
    ['SHADOWED_VALUE 4:9'],
  ],
  ['cased values are no twins', 's: {f|cased: [a, A]}\ncondition: s', []],
  ['null in a list', 's: {f: [x, null]}\ncondition: s', ['NULL_IN_LIST 1:14', 'NO_ANCHOR 2:3']],
  ['all of one', 's: {f|contains|all: x}\ncondition: s', ['SINGLE_ALL 1:7']],
  ['lists of maps', 's:\n  - f|contains: abc\n  - g|contains: [x, x]\ncondition: s', ['DUPLICATE_VALUE 3:23']],
])('%s', (_name, detection, expected) => {
  expect(told(rule(detection))).toEqual(expected);
});

test.each<[string, [string, string], string[]]>([
  ['a tag of a version 19 tactic', ['attack.t1059', 'attack.stealth, attack.defense-impairment'], []],
  [
    'a tag that there is not',
    ['attack.t1059', 'attack.nonsense, tlp.blue, other.x'],
    ['UNKNOWN_TAG', 'UNKNOWN_TAG', 'UNKNOWN_TAG'],
  ],
  ['the spelling of a tag', ['attack.t1059', 'attack.defense_evasion, attack.T1059'], ['TAG_SPELLING', 'TAG_SPELLING']],
  [
    'known tags',
    [
      'attack.t1059',
      'attack.t1059.001, attack.g0001, attack.ds0005, car.2016-04-005, cve.2021-44228, detection.dfir, stp.3k, tlp.amber, d3fend.d3-am',
    ],
    [],
  ],
  ['missing fields', ['author: a\n', ''], ['MISSING_FIELDS']],
  ['a status that there is not', ['status: test', 'status: testing'], ['BAD_STATUS']],
  ['an id that is none', ['id: 00000000-0000-4000-8000-000000000001', 'id: mine'], ['BAD_ID']],
  ['a date that is none', ['2026-01-01', '2026-02-30'], ['BAD_DATE']],
  ['a date of the old form', ['2026-01-01', '2026/01/01'], ['BAD_DATE']],
  ['relations', ['status: test', 'status: test\nrelated: [{id: x, type: sibling}]'], ['BAD_RELATED']],
  ['capitals in a logsource', ['product: p', 'product: P'], ['LOGSOURCE_CASE']],
])('%s', (_name, [from, to], expected) => {
  const text = rule('s: {f: x}\ncondition: s', head.replace(from, to));
  expect(lintDocuments(text, 'rule.yml').map(({ error }) => error.code.replace('LINT.', ''))).toEqual(expected);
});

test('every finding has its severity, and what does not load is told elsewhere', () => {
  const severities = lintDocuments(rule('s: {f: x}\nt: {f: y}\ncondition: s and t'), 'r.yml').map(
    (one) => one.severity,
  );
  expect(severities).toEqual(['error']);
  expect(lintDocuments(rule('s: {f|bad: x}\ncondition: s'), 'r.yml')).toEqual([]);
  expect(lintDocuments('title: [', 'r.yml')).toEqual([]);
});

test('an item that has a thousand values is looked at in no time', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => `    - v${index}`).join('\n');
  const began = performance.now();
  expect(told(rule(`s:\n  f|contains:\n${values}\n    - V7\ncondition: s`))).toEqual(['DUPLICATE_VALUE 5003:9']);
  expect(performance.now() - began).toBeLessThan(5_000);
});

const data = 'data/intel/attack-enterprise-18.1-slim.stix.json.gz';
test.skipIf(!hasCorpus(data))('the tactics are those of ATT&CK 18.1, and names of 19 lead to them', () => {
  const bundle: { objects: { type: string; x_mitre_shortname?: string }[] } = JSON.parse(
    gunzipSync(readFileSync(join(corpusDir, data))).toString(),
  );
  const names = bundle.objects.filter(({ type }) => type === 'x-mitre-tactic').map((one) => one.x_mitre_shortname);
  expect(new Set<string | undefined>(tactics)).toEqual(new Set(names));
  expect(tacticOf('Defense_Impairment')).toBe('defense-evasion');
  expect(tacticOf('constructor')).toBeUndefined();
});
