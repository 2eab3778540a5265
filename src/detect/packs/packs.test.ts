import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/clock.ts';
import { FirebreakError } from '../../base/errors.ts';
import type { Format } from '../../connector/index.ts';
import { z } from 'zod';
import { createContent } from '../rules/content.ts';
import { createPacks } from './packs.ts';
import { readRuleSources } from './read-rule-sources.ts';
import type { PastEvents } from './rehearse-revisions.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'firebreak-pack-'));
  folders.push(dir);
  write(dir, files);
  return dir;
}

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

const rule = (id: string, value = 'x', more = '') =>
  `title: rule ${id}\nid: ${id}\n${more}logsource: {product: test}\ndetection:\n  selection:\n    field: ${value}\n  condition: selection\n`;
const mit =
  'MIT License\n\nCopyright (c) 2026\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software\n';

function house(overridesDirs: readonly string[] = []) {
  const dir = join(folder(), 'content');
  const packs = createPacks({
    dir,
    overridesDirs,
    clock: fakeClock(Date.parse('2026-11-22T06:00:00Z')),
    environment: { PATH: process.env['PATH'], HOME: folder() },
    pathOf: (given) => given,
  });
  const loaded = async () => {
    const content = createContent(await readRuleSources({ rulesDirs: [], packsDir: dir, overridesDirs }));
    return content.set.rules.map(({ header }) => header.id);
  };
  return { dir, packs, loaded };
}

const format: Format = {
  name: 'test',
  title: 'test',
  recognise: () => 2,
  read: (line) => ({
    logsources: [{ product: 'test' }],
    view: z.record(z.string(), z.string()).parse(JSON.parse(line)),
    subjects: [],
    toOcsf: () => ({}),
  }),
};

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );

function git(dir: string, ...args: string[]): string {
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.test',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.test',
  };
  const env = { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_NOSYSTEM: '1', ...identity };
  return execFileSync('git', ['-C', dir, ...args], { env, encoding: 'utf8' }).trim();
}

function commit(dir: string): string {
  git(dir, 'add', '-A');
  git(dir, 'commit', '-qm', 'change');
  return git(dir, 'rev-parse', 'HEAD');
}

test('a folder is taken with its licence, pinned by what is in it, and its rules are in force', async () => {
  const { dir, packs, loaded } = house();
  const source = folder({
    LICENSE: mit,
    'a.yml': rule('a'),
    'deep/b.yml': rule('b'),
    'c.yml': rule('c', 'x', 'status: deprecated\n'),
    'broken.yml': 'title: broken\ndetection: [\n',
    'readme.md': '# hello',
    'mkdocs.yml': 'site_name: x\n',
  });
  symlinkSync('/etc/passwd', join(source, 'd.yml'));
  const added = await packs.add(source, { name: 'mine' });
  expect(added).toMatchObject({
    name: 'mine',
    licence: {
      spdx: 'MIT',
      file: 'LICENSE',
      first_lines: ['MIT License', 'Copyright (c) 2026', expect.anything(), expect.anything()],
    },
    counts: { rules: 2, correlations: 0, filters: 0, refused: 1 },
    left_out: { no_rule: 2, deprecated: 1, too_large: 0, link: 1 },
    added_at: '2026-11-22T06:00:00.000Z',
  });
  expect(added.revision).toBe(added.digest);
  expect(await loaded()).toEqual(['a', 'b']);
  expect(await packs.list()).toMatchObject([{ name: 'mine', is_intact: true }]);
  expect(readdirSync(dir).toSorted()).toEqual(['mine', 'mine.json']);

  // What is in force is a copy: the source may change or go.
  rmSync(source, { recursive: true });
  expect(await loaded()).toEqual(['a', 'b']);
  expect(await codeOf(packs.add(folder({ 'a.yml': rule('z') }), { name: 'mine' }))).toBe('CONTENT.NAME_TAKEN');
  await packs.remove('mine');
  expect(await loaded()).toEqual([]);
  expect(readdirSync(dir)).toEqual([]);
});

test('a change on the disk is seen', async () => {
  const { dir, packs } = house();
  const added = await packs.add(folder({ 'a.yml': rule('a') }), { name: 'mine' });
  const file = join(dir, 'mine', added.folder, 'a.yml');
  rmSync(file);
  writeFileSync(file, rule('evil'));
  expect(await packs.list()).toMatchObject([{ is_intact: false }]);
});

test('[K3] a git repository is pinned to its commit; nothing of it runs; an update is shown before it is used', async () => {
  const { packs, loaded } = house();
  const origin = folder({
    'rules/a.yml': rule('a'),
    'rules/b.yml': rule('b'),
    'rules/c.yml': rule('c'),
    'other/d.yml': rule('d'),
  });
  const ran = join(origin, '..', `ran-${process.pid}`);
  write(origin, {
    '.gitattributes': '*.yml filter=evil export-ignore\n',
    '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch ran"\n',
  });
  git(origin, 'init', '-q', '-b', 'main');
  git(origin, 'config', 'filter.evil.smudge', `touch ${ran}`);
  symlinkSync('../../etc/passwd', join(origin, 'rules', 'link.yml'));
  const first = commit(origin);
  const added = await packs.add(`file://${origin}`, { name: 'git', only: ['rules'] });
  expect(added).toMatchObject({
    revision: first,
    source: { kind: 'git', url: `file://${origin}` },
    left_out: { link: 1 },
  });
  expect(await loaded()).toEqual(['a', 'b', 'c']);
  expect(existsSync(ran)).toBe(false);

  rmSync(join(origin, 'rules/a.yml'));
  write(origin, { 'rules/b.yml': rule('b', 'y'), 'rules/e.yml': rule('e') });
  const second = commit(origin);
  const update = await packs.prepareUpdate('git');
  expect(update.diff).toMatchObject({
    added: [{ id: 'e', file: 'rules/e.yml' }],
    removed: [{ id: 'a' }],
    changed: [{ id: 'b', diff: expect.arrayContaining(['-     field: x', '+     field: y']) }],
    is_licence_changed: false,
  });
  expect(await loaded()).toEqual(['a', 'b', 'c']);
  expect(await update.apply()).toMatchObject({ revision: second, source: { only: ['rules'] } });
  expect(await loaded()).toEqual(['b', 'c', 'e']);
  expect(await packs.prepareUpdate('git', { ref: first })).toMatchObject({ isSame: false, next: { revision: first } });
  expect(await packs.prepareUpdate('git')).toMatchObject({ isSame: true });
});

test('[K5] an update is tried on past events: how many findings it would have made', async () => {
  const overrides = folder({ 'off.overrides.yml': 'noisy: {enabled: false}\n' });
  const { packs } = house([overrides]);
  const source = folder({ 'a.yml': rule('a'), 'noisy.yml': rule('noisy') });
  await packs.add(source, { name: 'mine' });
  write(source, { 'a.yml': rule('a', '[x, y]'), 'noisy.yml': rule('noisy', 'y') });
  const update = await packs.prepareUpdate('mine');
  const lines = ['x', 'y', 'y', 'z'].map((value, index) => ({
    uid: String(index),
    raw_data: JSON.stringify({ field: value }),
    received_at: 1_000 + index,
  }));
  async function* past(): AsyncGenerator<PastEvents> {
    const source = {
      source_id: 's',
      tenant_id: 'default',
      site_id: 'default',
      format: 'test',
      channel_trust: 'authenticated',
      trusted_proxies: [],
      time_zone: '',
      is_demonstration: false,
    } as const;
    yield { source: { ...source, trusted_proxies: [] }, events: lines };
  }
  expect(await update.rehearse(past(), new Map([['test', format]]))).toEqual({
    events: 4,
    unread: 0,
    present: 1,
    next: 3,
    rules: [{ id: 'a', title: 'rule a', present: 1, next: 3 }],
  });
});

test.each([
  ['http://example.test/rules.git', 'by another protocol'],
  ['git://example.test/rules.git', 'by another protocol'],
  ['ext::sh -c "touch x"', 'by a helper'],
  ['ssh://-oProxyCommand=touch x/rules', 'an option as a host'],
  ['https://user:secret@example.test/rules.git', 'with a password'],
  ['file://other.test/rules', 'a file of another host'],
  ['/not/there', 'not there'],
])('%s is refused: %s', async (given) => {
  const { packs } = house();
  expect(await codeOf(packs.add(given, { name: 'x' }))).toBe('CONTENT.BAD_SOURCE');
});

test('a reference that git could take for an option is refused', async () => {
  const { packs } = house();
  expect(await codeOf(packs.add('https://example.test/x', { ref: '--upload-pack=x' }))).toBe('CONTENT.BAD_SOURCE');
  expect(await codeOf(packs.add('https://example.test/x', { ref: 'a..b' }))).toBe('CONTENT.BAD_SOURCE');
});

test('a repository that is not there fails with what git said, and leaves nothing', async () => {
  const { dir, packs } = house();
  expect(await codeOf(packs.add('file:///not/there.git'))).toBe('CONTENT.GIT_FAILED');
  expect(readdirSync(dir)).toEqual([]);
});

test('what a killed command left is swept, and a living one’s is not', async () => {
  const { dir, packs } = house();
  mkdirSync(join(dir, '.incoming-4194305-aa', 'files'), { recursive: true });
  mkdirSync(join(dir, `.incoming-${process.pid}-bb`), { recursive: true });
  await packs.add(folder({ 'a.yml': rule('a') }), { name: 'mine' });
  expect(readdirSync(dir).toSorted()).toEqual([`.incoming-${process.pid}-bb`, 'mine', 'mine.json']);
});

test('a note that is torn is a problem of its own, and names what to do', async () => {
  const { dir, packs } = house();
  await packs.add(folder({ 'a.yml': rule('a') }), { name: 'mine' });
  writeFileSync(join(dir, 'mine.json'), readFileSync(join(dir, 'mine.json')).subarray(0, 100));
  expect(await codeOf(packs.list())).toBe('CONTENT.UNREADABLE');
  const documents = await readRuleSources({ rulesDirs: [], packsDir: dir });
  expect(documents.map(({ problems }) => problems[0]?.error.code)).toEqual(['CONTENT.UNREADABLE']);
});

test('a folder without rules is refused', async () => {
  const { packs } = house();
  expect(await codeOf(packs.add(folder({ 'a.yml': 'name: workflow\n' }), { name: 'x' }))).toBe('CONTENT.NO_RULES');
  expect(await codeOf(packs.add(folder({ 'a.yml': rule('a') }), { name: 'x', only: ['rules'] }))).toBe(
    'CONTENT.NO_RULES',
  );
});
