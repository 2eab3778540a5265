import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'eval-sigma-test-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rule = (id: string, value: string, product = 'windows') =>
  `title: Rule ${id}\nid: ${id}\nlogsource: {product: ${product}, service: security}\ndetection:\n  s: {TargetUserName: ${value}}\n  condition: s\n`;
const event = (user: string) => ({
  Event: { System: { EventID: 4624, Channel: 'Security' }, EventData: { TargetUserName: user } },
});

function run(folder: string): { code: number | null; lines: string[]; err: string } {
  const tool = join(import.meta.dirname, 'eval-sigma.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, '--dir', folder], { encoding: 'utf8' });
  return { code: status, lines: stdout.trimEnd().split('\n'), err: stderr };
}

test('every disagreement is a line, what is not there is named, and the summary comes last', () => {
  for (const folder of ['rules', 'sigma', 'expected', 'logs']) mkdirSync(join(dir, folder));
  for (const id of ['one', 'two', 'three']) writeFileSync(join(dir, 'rules', `${id}.yml`), rule(id, id));
  writeFileSync(join(dir, 'rules', 'other.yml'), rule('other', 'two', 'linux'));
  execFileSync('tar', ['czf', join(dir, 'sigma/sigma-rules-mine.tar.gz'), '-C', dir, 'rules']);
  writeFileSync(
    join(dir, 'logs/some.jsonl'),
    ['one', 'two', 'x', 'ONE'].map((user) => JSON.stringify(event(user))).join('\n'),
  );
  const tests = [
    { rule_id: 'one', title: 'fires', events: [event('x'), event('one')] },
    { rule_id: 'three', title: 'silent', events: [event('x')] },
  ];
  writeFileSync(
    join(dir, 'sigma/regression-mine.jsonl'),
    `${tests.map((one) => JSON.stringify(one)).join('\n')}\nno test\n`,
  );
  const hits = (log: string, rules: object) => JSON.stringify({ log, rules });
  // The rule "two" fires on line 2, which is not expected; "three" never does; the suffix of the log differs.
  writeFileSync(
    join(dir, 'expected/sigma-hits-windows-some.json'),
    hits('logs/some.jsonl.gz', { one: { title: 'One', lines: [1, 4] }, three: { title: 'Three', lines: [3] } }),
  );
  writeFileSync(join(dir, 'expected/away.json'), hits('logs/away.jsonl', {}));
  writeFileSync(join(dir, 'expected/strange.json'), '{"some": "thing"}');
  const { code, lines, err } = run(dir);
  expect(code).toBe(0);
  expect(lines.slice(0, -1).sort()).toEqual([
    'extra two "Rule two" logs/some.jsonl.gz:2',
    'missed three "Three" logs/some.jsonl.gz:3',
    'silent three "silent" sigma/regression-mine.jsonl:2: the upstream test does not fire',
  ]);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    regression_total: 2,
    regression_fired: 1,
    expected_hits: 3,
    missed: 1,
    extra: 1,
    agreement: 0.5,
    files_not_run: 2,
  });
  expect(err).toContain('away.json: the log logs/away.jsonl is not here');
  expect(err).toContain('strange.json: its shape is not known');
  expect(err).toContain('regression-mine.jsonl:3: this line is no regression test');
}, 60_000);

test('a run over nothing says so and fails', () => {
  const { code, lines, err } = run(join(dir, 'nowhere'));
  expect(code).toBe(1);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ regression_total: 0, agreement: 0 });
  expect(err).toContain('Nothing was run');
}, 60_000);
