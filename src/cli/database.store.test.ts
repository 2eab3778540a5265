import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runFirebreak } from '../../test/command-line.ts';
import { migrationsDir } from '../../test/database.ts';
import { silentLog as log } from '../base/log.ts';
import { migrate, openDatabase, sql, startEmbedded } from '../db/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'fb-cli-database-'));
chmodSync(folder, 0o755);
const state = (name: string) => join(folder, name);
const backupFile = join(folder, 'backup.tar.zst');
const exportFile = join(folder, 'export.tar.zst');
const settings = { fsync: 'off' };

beforeAll(async () => {
  const server = await startEmbedded({ dataDir: join(state('first'), 'postgres'), log, settings });
  await migrate(server.url, { dir: migrationsDir, log });
  const db = openDatabase({ url: server.url, log });
  await db.read.run(sql`insert into identities (name, owner, updated_at) values ('root', 'Ann', now())`);
  await db.close();
  await server.stop();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The owners that the database of this state folder knows. */
async function ownersIn(name: string): Promise<string[]> {
  const server = await startEmbedded({ dataDir: join(state(name), 'postgres'), log, settings });
  const db = openDatabase({ url: server.url, log });
  try {
    return (await db.read.many(z.object({ owner: z.string() }), sql`select owner from identities`)).map(
      ({ owner }) => owner,
    );
  } finally {
    await db.close();
    await server.stop();
  }
}

test('backup, rehearsal and restore: the copy has what the original has', async () => {
  const backup = await runFirebreak(state('first'), ['backup', backupFile]);
  expect(backup, backup.err).toMatchObject({ code: 0 });
  expect(backup.err).toContain('"keys"');
  expect(backup.out).toContain(`firebreak restore ${backupFile} --verify`);

  const rehearsal = await runFirebreak(state('second'), ['restore', backupFile, '--verify', '--json']);
  expect(rehearsal, rehearsal.err).toMatchObject({ code: 0 });
  const { check } = z
    .object({
      check: z.object({ problems: z.array(z.string()), tables: z.array(z.looseObject({ rows: z.number() })) }),
    })
    .parse(JSON.parse(rehearsal.out));
  expect(check.problems).toEqual([]);
  expect(check.tables.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(0);
  expect(existsSync(join(state('second'), 'postgres', 'cluster'))).toBe(false);

  const restored = await runFirebreak(state('second'), ['restore', backupFile]);
  expect(restored, restored.err).toMatchObject({ code: 0 });
  expect(restored.out).toContain('is in place');
  expect(await ownersIn('second')).toEqual(['Ann']);
}, 120_000);

test('a restore puts nothing over a database that is there', async () => {
  const { code, out, err } = await runFirebreak(state('first'), ['restore', backupFile]);
  expect({ code, out }).toEqual({ code: 4, out: '' });
  expect(err).toContain('[DB.RESTORE_TARGET]');
  expect(await ownersIn('first')).toEqual(['Ann']);
}, 120_000);

test('a damaged or absent backup is told as such and leaves nothing behind', async () => {
  const torn = join(folder, 'torn.tar.zst');
  const whole = readFileSync(backupFile);
  writeFileSync(torn, whole.subarray(0, whole.length / 2));
  const damaged = await runFirebreak(state('third'), ['restore', torn]);
  expect({ code: damaged.code, out: damaged.out }).toEqual({ code: 2, out: '' });
  expect(damaged.err).toMatch(/\[DB\.(?:ARCHIVE|BACKUP)_DAMAGED\]/);
  expect(existsSync(join(state('third'), 'postgres', 'cluster'))).toBe(false);
  const absent = await runFirebreak(state('third'), ['restore', join(folder, 'nothing.tar.zst')]);
  expect(absent.code).toBe(2);
  expect(absent.err).toMatch(/nothing\.tar\.zst.*\[DB\.ARCHIVE_UNREADABLE\]/);
}, 120_000);

test('a backup to where nothing can be written says so', async () => {
  const { code, out, err } = await runFirebreak(state('first'), ['backup', join(folder, 'nowhere', 'backup.tar.zst')]);
  expect({ code, out }).toEqual({ code: 7, out: '' });
  expect(err).toContain('[DB.ARCHIVE_UNWRITABLE]');
}, 120_000);

test('export and import: another database has the same rows, and a filled one is refused', async () => {
  const exported = await runFirebreak(state('first'), ['export', exportFile]);
  expect(exported, exported.err).toMatchObject({ code: 0 });
  expect(exported.out).toContain(exportFile);

  const imported = await runFirebreak(state('fourth'), ['import', exportFile]);
  expect(imported, imported.err).toMatchObject({ code: 0 });
  expect(await ownersIn('fourth')).toEqual(['Ann']);

  const again = await runFirebreak(state('fourth'), ['import', exportFile]);
  expect({ code: again.code, out: again.out }).toEqual({ code: 4, out: '' });
  expect(again.err).toContain('[DB.IMPORT_TARGET]');
}, 120_000);
