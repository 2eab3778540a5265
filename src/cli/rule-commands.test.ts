import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFirebreak } from '../../test/command-line.ts';

const dir = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
const stateDir = join(dir, 'state');
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const firebreak = (args: readonly string[], input?: string) => runFirebreak(stateDir, args, input);
const at = (name: string) => join(dir, name);

const rule = (id: string, product: string, item: string) =>
  `title: Rule ${id}\nid: ${id}\nlevel: high\ntags: [attack.t1059, attack.stealth]\nlogsource: {product: ${product}, service: security}\ndetection:\n  s:\n    ${item}\n  condition: s\n`;
const counting = `title: Count\nid: count\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [one]\n  group-by: [TargetUserName]\n  timespan: 5m\n  generate: true\n  condition: {gte: 2}\n`;
const event = (user: string) =>
  JSON.stringify({
    Event: {
      System: {
        EventID: 4624,
        Channel: 'Security',
        TimeCreated: { '#attributes': { SystemTime: '2026-01-01T00:00:00Z' } },
      },
      EventData: { TargetUserName: user },
    },
  });

beforeAll(() => {
  mkdirSync(at('rules/deep'), { recursive: true });
  writeFileSync(at('rules/one.yml'), `${rule('one', 'windows', 'TargetUserName|startswith: adm')}---\n${counting}`);
  writeFileSync(at('rules/deep/two.yml'), rule('two', 'nobody', 'f: x'));
  mkdirSync(at('broken'));
  writeFileSync(at('broken/bad.yml'), rule('bad', 'windows', 'f|endwith: x'));
  writeFileSync(at('broken/odd.yml'), rule('odd', 'windows', 'f: [x, x]'));
  writeFileSync(at('events.jsonl'), [event('bob'), 'no event', event('Admin'), event('ADMIN')].join('\n'));
  writeFileSync(at('packed.gz'), gzipSync(event('admX')));
});

test('rule eval prints a JSON line for each hit, with file, line and the fields that matched', async () => {
  const { code, out, err } = await firebreak([
    'rule',
    'eval',
    '--rules',
    at('rules'),
    at('events.jsonl'),
    at('packed.gz'),
  ]);
  expect(code).toBe(0);
  const hits = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const file = expect.stringMatching(/events\.jsonl$/);
  expect(hits).toEqual([
    expect.objectContaining({
      file,
      line: 3,
      rule_id: 'one',
      matched: [{ search: 's', field: 'TargetUserName', value: 'Admin' }],
      counted_by: ['Count'],
    }),
    expect.objectContaining({ file, line: 4, rule_id: 'one' }),
    expect.objectContaining({ file, line: 4, rule_id: 'count', kind: 'correlation', event_count: 2 }),
    expect.objectContaining({ file: expect.stringMatching(/packed\.gz$/), line: 1, rule_id: 'one' }),
  ]);
  expect(err).toContain('2 rules on 5 events (1 not read): 4 hits.');
});

test('rule eval reads standard input, and rules and events in any order', async () => {
  const { out } = await firebreak(['rule', 'eval', at('rules/one.yml'), '-'], `${event('adm')}\n`);
  expect(JSON.parse(out)).toMatchObject({ file: '-', line: 1, rule_id: 'one' });
  const none = await firebreak(['rule', 'eval', '--json', '--rules', at('rules'), '-'], `${event('bob')}\n`);
  expect({ code: none.code, out: none.out }).toEqual({ code: 0, out: '' });
});

test.each([
  [['rule', 'eval', '--rules', 'RULES'], 2, 'Name files of events'],
  [['rule', 'eval', '--rules', 'RULES', 'AWAY'], 2, 'CLI.UNREADABLE'],
  [['rule', 'eval', '--rules', 'BROKEN/bad.yml', 'EVENTS'], 2, 'CLI.NO_RULES'],
  [['rule', 'eval', '--rules', 'RULES', 'EVENTS', '--format', 'nonsense'], 2, 'There is no format "nonsense"'],
  [['rule', 'explain', 'nothing', '{}', '--rules', 'RULES'], 2, 'CLI.NO_SUCH_RULE'],
  [['rule', 'explain', 'BROKEN/bad.yml', '{}'], 2, 'bad.yml:8:5: The rule is not loaded'],
  [['rule', 'explain', 'one', 'EVENTS:99', '--rules', 'RULES'], 2, 'it has no such line'],
  [['rule', 'explain', 'one', 'nothing that is read', '--rules', 'RULES'], 2, 'CLI.NOT_READ'],
])('%j is exit code %d and says %s', async (args, code, text) => {
  const paths = { RULES: at('rules'), AWAY: at('away'), BROKEN: at('broken'), EVENTS: at('events.jsonl') };
  const given = args.map((arg) => arg.replace(/RULES|AWAY|BROKEN|EVENTS/, (name) => paths[name as keyof typeof paths]));
  const ran = await firebreak(given);
  expect(ran.err).toContain(text);
  expect(ran.code).toBe(code);
});

test('rule explain shows the tree with the values that were looked at, of one line of a file', async () => {
  const { code, out } = await firebreak([
    'rule',
    'explain',
    'count',
    `${at('events.jsonl')}:1`,
    '--rules',
    at('rules'),
  ]);
  expect(code).toBe(0);
  expect(out).toContain('Rule one [high] does not fire; missing: s');
  expect(out).toMatch(/- s\n +- TargetUserName\|startswith: 'adm'\n +TargetUserName = "bob"/);
  const other = await firebreak(['rule', 'explain', at('rules/deep/two.yml'), event('x'), '--json']);
  expect(JSON.parse(other.out)).toMatchObject({ format: 'windows-event', rules: [{ applies: false, fires: false }] });
});

test('rule coverage tells techniques, tactics by the names of ATT&CK 18.1, and what nothing feeds', async () => {
  const { code, out } = await firebreak(['rule', 'coverage', at('rules'), '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    rules: 3,
    without_attack: 1,
    techniques: [{ technique_id: 'T1059', rules: 2 }],
    tactics: expect.arrayContaining([{ tactic: 'defense-evasion', rules: 2, techniques: 1 }]),
    logsources: expect.arrayContaining([
      expect.objectContaining({ rules: 1, fed_by: expect.arrayContaining(['windows-event']) }),
    ]),
  });
});

test('rule lint is exit code 3 when there is something to mend', async () => {
  const { code, out } = await firebreak(['rule', 'lint', at('broken')]);
  expect(code).toBe(3);
  expect(out).toMatch(/bad\.yml:8:5: error: Unknown modifier "endwith"\. \[SIGMA\.UNKNOWN_MODIFIER\]\n {2}→ /);
  expect(out).toMatch(/odd\.yml:8:12: warning: The value "x" is in the list twice/);
  expect(out).toContain('2 documents: 1 errors, 1 warnings');
  expect((await firebreak(['rule', 'lint', at('rules')])).code).toBe(0);
});

test('rule lint finds nothing in the rules that we ship', async () => {
  const { code, out } = await firebreak(['rule', 'lint']);
  expect(out).toMatch(/^\d{2,} documents: 0 errors, 0 warnings/m);
  expect(code).toBe(0);
});

test('rule list --why-not-loaded needs no server', async () => {
  const { code, out } = await firebreak(['rule', 'list', '--why-not-loaded', '--rules', at('broken')]);
  expect(code).toBe(0);
  expect(out).toMatch(/bad\.yml:8:5: Unknown modifier "endwith"\. \[SIGMA\.UNKNOWN_MODIFIER\]\n {2}→ Use one of/);
  expect(out).toContain('1 documents are loaded, 1 problems keep others out.');
});

test('rule test fails for a wrong fixture, and for a missing one when asked', async () => {
  const folder = at('tested');
  mkdirSync(folder);
  writeFileSync(join(folder, 'one.yml'), rule('one', 'windows', 'TargetUserName|startswith: adm'));
  const bare = await firebreak(['rule', 'test', folder]);
  expect(bare).toMatchObject({ code: 0, out: expect.stringContaining('no fixture: ') });
  expect((await firebreak(['rule', 'test', '--require-fixtures', folder])).code).toBe(3);
  const fixture = (findings: string) =>
    `format: windows-event\ncases:\n  - name: it fires\n    lines: ['${event('adm')}']\n    findings: ${findings}\n`;
  writeFileSync(join(folder, 'one.fixtures.yml'), fixture('[]'));
  const wrong = await firebreak(['rule', 'test', folder]);
  expect(wrong).toMatchObject({
    code: 3,
    out: expect.stringMatching(/FAILED .*one\.fixtures\.yml: it fires: .*not expected/),
  });
  writeFileSync(join(folder, 'one.fixtures.yml'), fixture('[{on_line: 1, severity: high}]'));
  expect((await firebreak(['rule', 'test', '--require-fixtures', folder])).code).toBe(0);
});
