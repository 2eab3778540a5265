import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { migrationsDir } from '../../../test/database.ts';
import { until } from '../../../test/until.ts';
import { silentLog as log } from '../../base/log.ts';
import { openDatabase, type Database } from '../database.ts';
import { startEmbedded, type Embedded } from '../embedded/start-embedded.ts';
import { migrate } from '../migrate.ts';
import { sql } from '../sql.ts';
import { backup } from './backup.ts';
import { restoreBackup } from './restore.ts';

const folder = mkdtempSync(join(tmpdir(), 'fb-backup-'));
chmodSync(folder, 0o755);
const file = join(folder, 'backup.tar.zst');
const settings = { fsync: 'off' };
const ids = z.object({ id: z.number() });
let source: Embedded;
let db: Database;
/** Ids whose commit was acknowledged before the backup ended. */
let acknowledged: number[];
let largest = 0;

beforeAll(async () => {
  source = await startEmbedded({ dataDir: join(folder, 'source'), log, settings });
  await migrate(source.url, { dir: migrationsDir, log });
  db = openDatabase({ url: source.url, log });
  await db.read.run(sql`create table kept (id bigint primary key, note text)`);
  await db.read.run(sql`insert into kept select -n, repeat('x', 500) from generate_series(1, 20000) n`);
  // The backup is taken under load, with a table that comes and one that goes.
  const committed: number[] = [];
  let stop = false;
  const writers = Array.from({ length: 4 }, async () => {
    while (!stop) {
      const id = (largest += 1);
      await db.transaction((tx) => tx.run(sql`insert into kept values (${id}, 'during')`));
      committed.push(id);
    }
  });
  const churn = async () => {
    while (!stop) {
      await db.read.run(sql`create table passing as select 1 as one`);
      // A restore that began at this checkpoint instead of at the backup's start would miss changes.
      await db.read.run(sql`checkpoint`);
      await db.read.run(sql`drop table passing`);
    }
  };
  writers.push(churn());
  await until(() => committed.length > 100);
  const before = committed.length;
  await backup(source.url, file, { log });
  expect(committed.length).toBeGreaterThan(before);
  acknowledged = committed.slice(0, before);
  stop = true;
  await Promise.all(writers);
  await db.close();
  await source.stop();
});

afterAll(async () => {
  await source.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a backup under load restores to all that was acknowledged before it, and starts with a new password', async () => {
  const dataDir = join(folder, 'restored');
  const report = await restoreBackup(file, dataDir, { log });
  expect(report).toMatchObject({ postgres_major: '18' });
  expect(readFileSync(join(dataDir, 'cluster/backup_label'), 'utf8')).toContain('BACKUP METHOD: streamed');
  const restored = await startEmbedded({ dataDir, log, settings });
  const copy = openDatabase({ url: restored.url, log });
  try {
    const kept = new Set((await copy.read.many(ids, sql`select id from kept`)).map(({ id }) => id));
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    expect([...kept].filter((id) => id < 0).length).toBe(20_000);
    expect(new URL(restored.url).password).not.toBe(new URL(source.url).password);
    expect(restored.url).toContain(readFileSync(join(dataDir, 'password'), 'utf8').trim());
  } finally {
    await copy.close();
    await restored.stop();
  }
});

test('verify restores aside, checks from inside and leaves nothing', async () => {
  const dataDir = join(folder, 'untouched');
  const report = await restoreBackup(file, dataDir, { log, verify: true });
  expect(report.check?.problems).toEqual([]);
  expect(report.check?.indexes).toBeGreaterThan(100);
  expect(report.check?.tables.find(({ name }) => name === 'public.kept')?.rows).toBeGreaterThan(20_100);
  expect(existsSync(dataDir)).toBe(false);
});

test('a backup is private, and does not overwrite a database', async () => {
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await expect(restoreBackup(file, join(folder, 'source'), { log })).rejects.toMatchObject({
    code: 'DB.RESTORE_TARGET',
  });
});

test('a backup with one changed byte is refused and leaves nothing', async () => {
  const plain = zstdDecompressSync(readFileSync(file));
  const at = plain.indexOf('during');
  plain[at] = (plain[at] ?? 0) ^ 1;
  writeFileSync(join(folder, 'bad.tar.zst'), zstdCompressSync(plain));
  const dataDir = join(folder, 'bad');
  await expect(restoreBackup(join(folder, 'bad.tar.zst'), dataDir, { log })).rejects.toMatchObject({
    code: 'DB.BACKUP_DAMAGED',
  });
  expect(existsSync(join(dataDir, 'cluster'))).toBe(false);
  expect(existsSync(join(dataDir, 'cluster.restoring'))).toBe(false);
});
