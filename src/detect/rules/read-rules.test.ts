import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRules } from './read-rules.ts';

const rule =
  'title: t\nlogsource: {product: linux}\ndetection:\n    selection:\n        f: x\n    condition: selection\n';

test('what is no file is a problem of its own, and never waited for', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fb-read-rules-'));
  execFileSync('mkfifo', [join(dir, 'a-pipe.yml')]);
  mkdirSync(join(dir, 'b-folder.yml'));
  writeFileSync(join(dir, 'c.yml'), rule);
  const found = await readRules([dir]);
  expect(found.map(({ kind, problems }) => [kind, problems[0]?.error.code])).toEqual([
    ['unreadable', 'DETECT.UNREADABLE_FILE'],
    ['unreadable', 'DETECT.UNREADABLE_FILE'],
    ['rule', undefined],
  ]);
});
