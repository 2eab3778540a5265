import { beforeAll, describe, expect, it } from 'vitest';
import { appliesTo, createIndex, eventValues, type Evaluator, type Rule } from '../../src/standards/sigma/index.ts';
import type { ReadEvent } from '../../src/connector/index.ts';
import { corpusLines, hasCorpus } from '../../test/corpus.ts';
import { ocsfFaults } from '../../test/ocsf.ts';
import { fieldsOf, valueFor, waysToMatch } from './event-for.ts';
import { rawRecord, type Value } from './raw-record.ts';
import { everyRecord, labelledLines, readLines } from './records.ts';
import { archive, sigmahqRules } from './sigmahq-rules.ts';

/**
 * For each of SigmaHQ's logsources that a format feeds, at least: rules all of whose fields some record of ours gives,
 * rules that fire on a record of ours, rules that fire on a raw record made of what they name.
 */
const least: Readonly<Record<string, readonly [fields: number, real: number, made: number]>> = {
  '/antivirus/': [9, 4, 0],
  '/dns/': [11, 1, 0],
  '/firewall/': [2, 1, 0],
  '/proxy/': [55, 2, 0],
  '/webserver/': [85, 5, 83],
  'aws//cloudtrail': [55, 24, 56],
  'azure//activitylogs': [35, 8, 35],
  'azure//auditlogs': [44, 12, 42],
  'azure//pim': [7, 1, 7],
  'azure//riskdetection': [19, 1, 19],
  'azure//signinlogs': [18, 6, 19],
  'gcp//gcp.audit': [16, 3, 16],
  'gcp//google_workspace.admin': [7, 2, 7],
  'gcp//google_workspace.login': [3, 2, 3],
  'bitbucket//audit': [14, 2, 14],
  'opencanary/application/': [24, 2, 24],
  'github//audit': [15, 6, 15],
  'kubernetes//audit': [6, 2, 6],
  'kubernetes/application/audit': [10, 6, 10],
  'linux//': [16, 4, 0],
  'linux//auditd': [53, 9, 53],
  'linux//auth': [1, 0, 0],
  'linux//sshd': [3, 0, 0],
  'linux/file_event/': [18, 1, 14],
  'linux/network_connection/': [5, 2, 5],
  'linux/process_creation/': [144, 3, 111],
  'm365//audit': [5, 1, 6],
  'm365//exchange': [1, 0, 1],
  'm365//threat_detection': [1, 0, 1],
  'm365//threat_management': [13, 2, 13],
  'okta//okta': [23, 15, 23],
  'zeek//dce_rpc': [4, 1, 4],
  'zeek//dns': [5, 2, 5],
  'zeek//http': [5, 2, 5],
  'zeek//kerberos': [1, 0, 1],
  'zeek//rdp': [1, 0, 1],
  'zeek//smb_files': [7, 1, 7],
  'zeek//x509': [1, 1, 1],
};

/** Raw logs of the corpora: rules of each product that fire, and how often in all. */
const onFiles: readonly (readonly [path: string, expected: Readonly<Record<string, readonly [number, number]>>])[] = [
  ['data/logs/cloud/m365-entra-audit-a.jsonl.gz', { m365: [1, 2], azure: [9, 115] }],
  ['data/logs/saas/okta-system-log.jsonl', { okta: [3, 3] }],
  ['data/logs/linux/auditd-golibaudit.log', { linux: [2, 4] }],
  ['data/logs/linux/auditd-laurel-a.log', { linux: [3, 3] }],
  ['data/logs/mixed/log4shell-multisource.jsonl.gz', { linux: [4, 8], windows: [10, 18] }],
  ['data/logs/network/zeek-apt29-day1.jsonl.gz', { zeek: [1, 4], firewall: [1, 6], proxy: [2, 6] }],
];

const onLabelled: Readonly<Record<string, readonly [number, number]>> = {
  aws: [20, 162],
  azure: [15, 35],
  gcp: [4, 4],
  github: [6, 16],
  kubernetes: [6, 46],
  okta: [9, 15],
  windows: [1, 1],
};

const keyOf = ({ logsource: { product = '', category = '', service = '' } }: Rule): string =>
  `${product}/${category}/${service}`;

describe.skipIf(!hasCorpus(archive) || !hasCorpus('data/labelled'))('SigmaHQ’s rules over our views', () => {
  let rules: readonly Rule[];
  let index: Evaluator;
  let records: readonly { format: string; read: ReadEvent }[];
  const firedBy = ({ read }: { read: ReadEvent }): readonly Rule[] => index.evaluate(read.view, read.logsources);

  beforeAll(() => {
    const set = sigmahqRules();
    rules = set.rules;
    index = createIndex(set.rules, set.filters);
    records = everyRecord();
  }, 300_000);

  it('find their fields and fire, logsource by logsource', () => {
    const real = new Set(records.flatMap((record) => firedBy(record).map(({ header }) => header.id)));
    const rows = [...Map.groupBy(rules, keyOf)]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([key, of]) => {
        const given = fieldsGiven(of, records);
        if (given === undefined) return [];
        const whole = of.filter((rule) => [...fieldsOf(rule)].every((field) => given.has(field)));
        const made = of.filter((rule) => recordsFor(key, rule).some((record) => firedBy(record).includes(rule)));
        const fired = of.filter(({ header }) => real.has(header.id));
        return [{ logsource: key, rules: of.length, fields: whole.length, real: fired.length, made: made.length }];
      });
    console.table(rows);
    for (const [key, [fields, fired, made]] of Object.entries(least)) {
      const row = rows.find(({ logsource }) => logsource === key);
      expect(row?.fields, `${key}: rules that find their fields`).toBeGreaterThanOrEqual(fields);
      expect(row?.real, `${key}: rules that fire on a record of ours`).toBeGreaterThanOrEqual(fired);
      expect(row?.made, `${key}: rules that fire on a record made for them`).toBeGreaterThanOrEqual(made);
    }
  }, 300_000);

  /** By product: rules that fire, and how often in all. */
  function countsOn(lines: readonly string[]): Record<string, [number, number]> {
    const counts: Record<string, [number, number]> = {};
    const seen = new Set<string>();
    for (const record of readLines(lines))
      for (const { header, logsource } of firedBy(record)) {
        const count = (counts[logsource.product ?? logsource.category ?? ''] ??= [0, 0]);
        if (!seen.has(header.id)) count[0] += 1;
        seen.add(header.id);
        count[1] += 1;
      }
    return counts;
  }

  it.each(onFiles)(
    'fire on %s',
    (path, expected) => {
      expect(countsOn(corpusLines(path))).toEqual(expected);
    },
    120_000,
  );

  it('fire on the labelled cloud events', () => {
    expect(countsOn(labelledLines())).toEqual(onLabelled);
  }, 120_000);

  it('read the labelled cloud events, each into valid OCSF', () => {
    const read = readLines(labelledLines()).filter(({ format }) => format !== 'json');
    const faults = read.flatMap((record) => ocsfFaults(record.read.toOcsf())).slice(0, 5);
    expect(faults).toEqual([]);
    expect(read.length).toBeGreaterThan(700);
  }, 120_000);
});

/** The fields of these rules that a record of their logsource gives; undefined: no record is of it. */
function fieldsGiven(rules: readonly Rule[], records: readonly { read: ReadEvent }[]): Set<string> | undefined {
  const wanted = new Set(rules.flatMap((rule) => [...fieldsOf(rule)]));
  const given = new Set<string>();
  let isFed = false;
  for (const { read } of records) {
    if (!rules[0] || !appliesTo(rules[0].logsource, read.logsources)) continue;
    isFed = true;
    const values = eventValues(read.view);
    for (const field of wanted)
      if (values.of(field) !== undefined) {
        given.add(field);
        wanted.delete(field);
      }
  }
  return isFed ? given : undefined;
}

/** Raw records of the rule's own product that hold what it names, read. */
function recordsFor(logsource: string, rule: Rule): { read: ReadEvent }[] {
  return waysToMatch(rule).flatMap((way) => {
    const fields = new Map<string, Value>();
    for (const [name, matchers] of way.fields) {
      const value = valueFor(matchers);
      if (value === undefined) return [];
      if (value !== null) fields.set(name, value);
    }
    const words = way.keywords.flatMap((matcher) => valueFor([matcher]) ?? []);
    const line = rawRecord(logsource, fields, words);
    return line === undefined ? [] : readLines([line]);
  });
}
