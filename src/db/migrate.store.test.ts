import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { emptyDatabase, migrationsDir } from '../../test/database.ts';
import { silentLog as log } from '../base/log.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { sql } from './sql.ts';

const folder = mkdtempSync(join(tmpdir(), 'fb-migrate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let folders = 0;
function folderOf(files: Record<string, string>): string {
  const dir = join(folder, String((folders += 1)));
  cpSync(migrationsDir, dir, { recursive: true, filter: (path) => !path.endsWith('.sql') });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

async function tablesOf(url: string): Promise<string[]> {
  const db = openDatabase({ url, log });
  const names = z.object({ name: z.string() });
  try {
    const query = sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`;
    return (await db.read.many(names, query)).map(({ name }) => name);
  } finally {
    await db.close();
  }
}

const first = { '0001_first.sql': 'create table first_things (id int);' };
const second = { '0002_second.sql': 'create table second_things (id int); insert into first_things values (1);' };

test('files are applied in order, once', async () => {
  const url = await emptyDatabase();
  expect(await migrate(url, { dir: folderOf(first), log })).toEqual(['0001_first.sql']);
  const dir = folderOf({ ...first, ...second });
  expect(await migrate(url, { dir, log })).toEqual(['0002_second.sql']);
  expect(await migrate(url, { dir, log })).toEqual([]);
  expect(await tablesOf(url)).toEqual(['first_things', 'migrations', 'second_things']);
});

test('a changed, missing, late or misnamed file is refused and named', async () => {
  const url = await emptyDatabase();
  await migrate(url, { dir: folderOf({ ...first, ...second }), log });
  const refused = async (files: Record<string, string>) =>
    migrate(url, { dir: folderOf(files), log }).catch((error: unknown) => error);
  expect(await refused({ ...first, '0002_second.sql': 'select 1' })).toMatchObject({
    code: 'DB.MIGRATION_CHANGED',
    message: expect.stringContaining('0002_second.sql') as unknown,
  });
  expect(await refused(first)).toMatchObject({
    code: 'DB.MIGRATION_MISSING',
    message: expect.stringContaining('0002_second.sql') as unknown,
  });
  expect(await refused({ '0000_zero.sql': 'select 1', ...first, ...second })).toMatchObject({
    code: 'DB.MIGRATION_LATE',
    message: expect.stringContaining('0000_zero.sql') as unknown,
  });
  expect(await refused({ ...first, '0001_twice.sql': 'select 1' })).toMatchObject({ code: 'DB.MIGRATION_NAME' });
  expect(await refused({ ...first, '2_second.sql': 'select 1' })).toMatchObject({ code: 'DB.MIGRATION_NAME' });
});

test('a file that fails leaves nothing of itself and all before it', async () => {
  const url = await emptyDatabase();
  const dir = folderOf({ ...first, '0002_broken.sql': 'create table half (id int); select no_such_thing();' });
  await expect(migrate(url, { dir, log })).rejects.toMatchObject({ code: 'DB.MIGRATION_FAILED' });
  expect(await tablesOf(url)).toEqual(['first_things', 'migrations']);
});

test('three processes at once on an empty database all come up, DBOS included', async () => {
  const url = await emptyDatabase();
  const script = `
    import { DBOS } from '@dbos-inc/dbos-sdk';
    import { migrate } from ${JSON.stringify(resolve(import.meta.dirname, 'migrate.ts'))};
    const [url, dir] = process.argv.slice(1);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const done = await migrate(url, { dir, log, before: () => DBOS.migrate(url) });
    process.stderr.write(String(done.length));`;
  const results = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<{ code: number | null; said: string }>((done) => {
          const args = ['--input-type=module-typescript', '--no-warnings', '-e', script, url, migrationsDir];
          const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
          let said = '';
          child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
          child.on('close', (code) => done({ code, said }));
        }),
    ),
  );
  expect(results.map(({ code, said }) => (code === 0 ? 0 : said))).toEqual([0, 0, 0]);
  const applied = results.map(({ said }) => Number(said)).sort((a, b) => a - b);
  expect(applied.slice(0, 2)).toEqual([0, 0]);
  expect(applied[2]).toBeGreaterThan(0);
});
