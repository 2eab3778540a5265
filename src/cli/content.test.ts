import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runFirebreak } from '../../test/command-line.ts';

const dir = mkdtempSync(join(tmpdir(), 'firebreak-content-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rule = (id: string, value: string) =>
  `title: rule ${id}\nid: ${id}\nlogsource: {product: test}\ndetection:\n  selection:\n    field: ${value}\n  condition: selection\n`;

function packFolder(name: string, rules: Readonly<Record<string, string>>): string {
  mkdirSync(join(dir, name), { recursive: true });
  for (const [id, value] of Object.entries(rules)) writeFileSync(join(dir, name, `${id}.yml`), rule(id, value));
  return join(dir, name);
}

test('a pack is added, listed, compared, brought up to date and removed from the terminal', async () => {
  const state = join(dir, 'state');
  const source = packFolder('Our Rules', { a: 'x', b: 'x' });
  const added = await runFirebreak(state, ['content', 'add', source]);
  expect(added.err).toBe('');
  expect(added.out).toContain('our-rules is at ');
  expect(added.out).toContain('2 rules.');
  expect(added.out).toContain('It has no licence file');
  expect((await runFirebreak(state, ['content', 'list'])).out).toMatch(/our-rules +2 +none .*as added/);

  // The rule is in force for every command that reads rules.
  const line = '{"field":"x","event":{"module":"test"}}';
  expect((await runFirebreak(state, ['explain', line])).out).toContain('medium: rule a by selection');

  packFolder('Our Rules', { b: 'y', c: 'x' });
  const shown = await runFirebreak(state, ['content', 'update', 'our-rules']);
  expect(shown.out).toContain('1 rule more, 0 less, 1 changed.');
  expect(shown.out).toContain('+     field: y');
  expect(shown.out).toContain('is empty: it was not rehearsed');
  expect(shown.out).toContain('Nothing was changed.');
  expect((await runFirebreak(state, ['content', 'update', 'our-rules', '--apply'])).out).toContain('our-rules is at');
  expect((await runFirebreak(state, ['content', 'update', 'our-rules', '--apply'])).out).toContain('Nothing to do.');
  expect((await runFirebreak(state, ['content', 'remove', 'our-rules'])).out).toContain('our-rules is removed.');
  const gone = await runFirebreak(state, ['content', 'remove', 'our-rules']);
  expect(gone.err).toContain('CONTENT.NO_SUCH_PACK');
  expect(gone.code).toBe(2);
}, 60_000);

test('killed at any moment, a pack is there whole or not at all', async () => {
  const state = join(dir, 'killed');
  const rules = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`r${index}`, 'x']));
  const source = packFolder('large', rules);
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], FIREBREAK_STATE_DIR: state };
  const binary = resolve(import.meta.dirname, '../../bin/firebreak.mjs');
  for (const ms of [400, 700, 900, 1_100, 1_300]) {
    const child = spawn(process.execPath, [binary, 'content', 'add', source], { env, stdio: 'ignore', detached: true });
    const closed = once(child, 'close');
    await pause(ms);
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await closed;
    const { out } = await runFirebreak(state, ['content', 'list', '--json']);
    const { items } = z
      .object({ items: z.array(z.object({ is_intact: z.boolean(), counts: z.object({ rules: z.int() }) })) })
      .parse(JSON.parse(out));
    expect(items.every((pack) => pack.is_intact && pack.counts.rules === 1_500)).toBe(true);
  }
  await runFirebreak(state, ['content', 'remove', 'large']);
  expect((await runFirebreak(state, ['content', 'add', source])).out).toContain('1500 rules');
}, 120_000);
