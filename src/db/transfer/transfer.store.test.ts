import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, migrationsDir } from '../../../test/database.ts';
import { until } from '../../../test/until.ts';
import { silentLog as log } from '../../base/log.ts';
import { chooseAccount, makePrivateFolder, spawnAs } from '../embedded/account.ts';
import { findBinaries } from '../embedded/binaries.ts';
import { migrate } from '../migrate.ts';
import { exportDatabase } from './export.ts';
import type { ExportManifest } from './format.ts';
import { importDatabase } from './import.ts';

const folder = mkdtempSync(join(tmpdir(), 'fb-transfer-'));
chmodSync(folder, 0o755);
const dir = join(folder, 'migrations');
const file = join(folder, 'export.tar.zst');
let source: string;
let manifest: ExportManifest;

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text);
    return result.rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  mkdirSync(dir);
  writeFileSync(
    join(dir, '0001_all.sql'),
    `create table seeded (id text primary key); insert into seeded values ('from the migration');
     create table trees (id bigint generated always as identity primary key, parent_id bigint references trees (id),
       fb_row text, odd jsonb, raw bytea, tags text[], at timestamptz, share double precision,
       twice bigint generated always as (id * 2) stored);
     create table leaves (tree_id bigint not null references trees (id), note text);
     create table logs (at timestamptz not null, id bigint not null, line text, primary key (at, id)) partition by range (at);
     create sequence numbers start 100;
     create function keeps() returns trigger language plpgsql as $$ begin raise exception 'append-only'; end $$;
     create trigger keeps before delete or truncate on leaves for each statement execute function keeps();
     create trigger never before insert on leaves for each row when (new.note = 'forbidden') execute function keeps();
     create table empty (id int);`,
  );
  source = await emptyDatabase();
  await migrate(source, { dir, log });
  await query(
    source,
    `create table logs_day partition of logs for values from ('2026-01-01') to ('2026-01-02');
     insert into seeded values ('später');
     insert into trees (parent_id, fb_row, odd, raw, tags, at, share)
       select nullif(n - 1, 0), E'tab\\t, line\\n, back\\\\slash ' || n, jsonb_build_object('n', n), decode('00ff', 'hex'),
              array['a,b', null, '"'], timestamptz '2026-01-01 00:00:00.123456+05' + n * interval '1 s', 1 / 3.0
       from generate_series(1, 5000) n;
     insert into leaves select id, repeat('x', 700) from trees;
     insert into logs select '2026-01-01 12:00+00', n, 'line ' || n from generate_series(1, 1000) n;
     select nextval('numbers')`,
  );
  manifest = await exportDatabase(source, file, { log });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function expectSame(target: string): Promise<void> {
  for (const text of [
    'select * from trees order by id',
    'select count(*), min(note), max(tree_id) from leaves',
    'select * from logs order by id',
    'select * from seeded order by id',
    'select name, sha256, applied_at from migrations',
    "select tgname, tgenabled from pg_trigger where tgname in ('keeps', 'never') order by 1",
    "select conname, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'f' order by 1",
  ])
    expect(await query(target, text)).toEqual(await query(source, text));
  expect(await query(target, "select nextval('numbers') as next")).toEqual([{ next: '101' }]);
  await query(target, 'insert into trees (parent_id) values (5000)');
  expect(await query(target, 'select max(id) as id from trees')).toEqual([{ id: '5001' }]);
  await expect(query(target, 'truncate leaves')).rejects.toThrow('append-only');
  await expect(query(target, 'insert into leaves values (999999)')).rejects.toMatchObject({ code: '23503' });
}

test('an export holds one snapshot and an import gives the same rows, sequences, keys, triggers and partitions', async () => {
  expect(manifest.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['empty', 0],
    ['leaves', 5000],
    ['logs_day', 1000],
    ['migrations', 1],
    ['seeded', 2],
    ['trees', 5000],
  ]);
  const target = await emptyDatabase();
  expect(await importDatabase(file, target, { dir, log })).toEqual(manifest);
  await expectSame(target);
});

test('a second import into the same database is refused', async () => {
  const target = await emptyDatabase();
  await importDatabase(file, target, { dir, log });
  await expect(importDatabase(file, target, { dir, log })).rejects.toMatchObject({ code: 'DB.IMPORT_TARGET' });
});

test('an export of another version is refused', async () => {
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, '0001_all.sql'), 'select 1');
  const target = await emptyDatabase();
  await expect(importDatabase(file, target, { dir: other, log })).rejects.toMatchObject({ code: 'DB.EXPORT_VERSION' });
});

test('a changed, cut or flipped export loads nothing', async () => {
  const plain = zstdDecompressSync(readFileSync(file));
  const changed = Buffer.from(plain);
  changed.write('line 7', changed.indexOf('line 1\n'));
  // A value that PostgreSQL cannot read: what a flipped bit may become.
  const unreadable = Buffer.from(plain);
  unreadable.write('(', unreadable.lastIndexOf('{', unreadable.indexOf('0.333')));
  const packed = readFileSync(file);
  const flipped = Buffer.from(packed);
  flipped[packed.length >> 1] = (flipped[packed.length >> 1] ?? 0) ^ 0xff;
  const damaged = [
    [zstdCompressSync(changed), 'DB.EXPORT_MISMATCH'],
    [zstdCompressSync(plain.subarray(0, plain.length >> 1)), 'DB.ARCHIVE_DAMAGED'],
    [packed.subarray(0, packed.length >> 1), 'DB.ARCHIVE_DAMAGED'],
    [flipped, 'DB.ARCHIVE_DAMAGED'],
    [zstdCompressSync(unreadable), 'DB.ARCHIVE_DAMAGED'],
  ] as const;
  for (const [bytes, code] of damaged) {
    writeFileSync(join(folder, 'bad.tar.zst'), bytes);
    const target = await emptyDatabase();
    await expect(importDatabase(join(folder, 'bad.tar.zst'), target, { dir, log })).rejects.toMatchObject({ code });
    const found = await query(target, "select to_regclass('trees') as there").then(([row]) => row?.['there']);
    if (found !== null) expect(await query(target, 'select * from trees')).toEqual([]);
  }
});

test('the whole schema with that of DBOS comes over', async () => {
  const before = (url: string) => () => DBOS.migrate(url);
  const full = await emptyDatabase();
  await migrate(full, { dir: migrationsDir, log, before: before(full) });
  const all = await exportDatabase(full, join(folder, 'full.tar.zst'), { log });
  expect(all.tables.filter(({ schema }) => schema === 'dbos').length).toBeGreaterThan(5);
  const target = await emptyDatabase();
  const options = { dir: migrationsDir, log, before: before(target) };
  expect(await importDatabase(join(folder, 'full.tar.zst'), target, options)).toEqual(all);
});

const debian = '/usr/lib/postgresql';
const olderMajor = existsSync(debian)
  ? readdirSync(debian).find((major) => Number(major) >= 15 && existsSync(join(debian, major, 'bin/initdb')))
  : undefined;

test.skipIf(olderMajor === undefined)('an export goes to another major version of PostgreSQL', async () => {
  const programs = join(debian, olderMajor ?? '', 'bin');
  const home = join(folder, 'older');
  const account = await chooseAccount(home, await findBinaries());
  await makePrivateFolder(home, account);
  const cluster = join(home, 'cluster');
  const options = { cwd: home, env: {}, stdio: 'ignore' } as const;
  const initdb = spawnAs(
    account,
    join(programs, 'initdb'),
    ['-D', cluster, '-U', 'firebreak', '-A', 'trust', '-E', 'UTF8', '-N'],
    options,
  );
  expect((await once(initdb, 'exit'))[0]).toBe(0);
  const server = spawnAs(
    account,
    join(programs, 'postgres'),
    ['-D', cluster, '-c', 'listen_addresses=', '-k', home, '-F'],
    options,
  );
  const ended = once(server, 'exit');
  try {
    const url = `postgresql://firebreak@localhost/postgres?host=${encodeURIComponent(home)}`;
    await until(() => query(url, 'select 1').catch(() => undefined), { what: 'the older server' });
    await importDatabase(file, url, { dir, log });
    await expectSame(url);
    const back = join(folder, 'back.tar.zst');
    const again = await exportDatabase(url, back, { log });
    expect(again.tables.length).toBe(6);
  } finally {
    server.kill('SIGINT');
    await ended;
  }
});

test('an export can be listed by tar', () => {
  const listed = execFileSync('tar', ['-tf', '-'], { input: zstdDecompressSync(readFileSync(file)) }).toString();
  expect(listed.split('\n')).toContain('data/public/trees/000000001.copy');
});
