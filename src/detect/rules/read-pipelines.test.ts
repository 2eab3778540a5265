import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readContent } from './read-content.ts';

test('[P2] the owner’s pipelines change rules and fill their placeholders; a broken one is told and changes nothing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'firebreak-pipelines-'));
  const [rules, good, bad] = [join(dir, 'r.yml'), join(dir, 'good.yml'), join(dir, 'bad.yml')];
  writeFileSync(
    rules,
    "title: r\nid: r\nlogsource: {product: x}\ndetection: {s: {User|expand: '%admins%'}, condition: s}\n",
  );
  writeFileSync(
    good,
    'vars: {admins: [ada]}\ntransformations:\n  - type: value_placeholders\n  - type: field_name_mapping\n    mapping: {User: user.name}\n',
  );
  writeFileSync(bad, 'transformations:\n  - type: warp\n');
  const content = await readContent({ rulesDirs: [rules], pipelines: [good, bad, join(dir, 'absent')] });
  const fires = (view: Record<string, unknown>) => content.evaluator.evaluate(view, [{ product: 'x' }]).length;
  expect([fires({ 'user.name': 'ada' }), fires({ User: 'ada' })]).toEqual([1, 0]);
  const problems = content.listings.flatMap(({ file, problems: found }) =>
    found.map(({ code, line }) => [file.slice(file.lastIndexOf('/') + 1), code, line ?? 0]),
  );
  expect(problems).toEqual([
    ['bad.yml', 'PIPELINE.UNKNOWN', 2],
    ['absent', 'DETECT.NO_SUCH_PIPELINE', 0],
  ]);
  const without = await readContent({ rulesDirs: [rules] });
  expect(without.listings[0]?.problems[0]?.code).toBe('SIGMA.UNRESOLVED_PLACEHOLDER');
  rmSync(dir, { recursive: true });
});
