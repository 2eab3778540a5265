import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../../test/until.ts';
import { silentLog } from '../../base/log.ts';
import { readRules } from './read-rules.ts';
import { watchRules } from './watch-rules.ts';

test('a change in a rule folder is told, also below it, and no more after the end', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
  mkdirSync(join(dir, 'below'));
  let changes = 0;
  const stop = watchRules({
    dirs: [dir, join(dir, 'absent')],
    log: silentLog,
    onChange: () => (changes += 1),
    quietMs: 20,
  });
  writeFileSync(join(dir, 'below', 'a.yml'), 'title: a\n');
  await until(() => changes > 0);
  stop();
  rmSync(dir, { recursive: true });
});

test('folders and files that cannot be read are problems, and the others are read', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
  mkdirSync(join(dir, 'folder.yml'));
  writeFileSync(join(dir, 'a.yml'), 'title: a\nid: a\nlogsource: {}\ndetection: {s: {f: x}, condition: s}\n');
  writeFileSync(join(dir, 'a.fixtures.yml'), 'no: rule\n');
  writeFileSync(join(dir, 'binary.yml'), Buffer.from([0, 255, 254, 1, 2]));
  writeFileSync(join(dir, 'latin.yml'), Buffer.from('title: a\nid: ü\n', 'latin1'));
  const found = await readRules([join(dir, 'absent'), dir]);
  expect(found.at(-1)?.problems[0]?.error.where).toMatchObject({ line: 2, column: 5 });
  expect(found.map(({ kind, problems }) => [kind, problems[0]?.error.code])).toEqual([
    ['unreadable', 'DETECT.NO_SUCH_FOLDER'],
    ['rule', undefined],
    ['unreadable', 'DETECT.NOT_UTF8'],
    ['unreadable', 'DETECT.UNREADABLE_FILE'],
    ['unreadable', 'DETECT.NOT_UTF8'],
  ]);
  rmSync(dir, { recursive: true });
});
