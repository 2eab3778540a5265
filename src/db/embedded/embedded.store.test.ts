import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../../base/log.ts';
import { until } from '../../../test/until.ts';
import { openDatabase } from '../database.ts';
import { sql } from '../sql.ts';
import { isUnavailable } from '../unavailable.ts';
import { findEmbedded, startEmbedded, type Embedded } from './start-embedded.ts';

const started: Embedded[] = [];
const folders: string[] = [];
const settings = { fsync: 'off' };

afterEach(async () => {
  for (const embedded of started.splice(0)) await embedded.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fb-embedded-'));
  folders.push(folder);
  chmodSync(folder, 0o755);
  return folder;
}

async function start(dataDir: string): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, log: silentLog, settings });
  started.push(embedded);
  return embedded;
}

const count = z.object({ count: z.number() });

async function connections(url: string): Promise<number> {
  const db = openDatabase({ url, log: silentLog });
  try {
    return (await db.read.one(count, sql`select count(*) as count from pg_database where datname = 'firebreak'`)).count;
  } finally {
    await db.close();
  }
}

/** Another Firebreak: a process that starts the server of the folder, says its pid, and stays. */
async function startElsewhere(dataDir: string): Promise<{ said: string; kill(): Promise<void> }> {
  const door = resolve(import.meta.dirname, 'start-embedded.ts');
  const script = `
    import { startEmbedded } from ${JSON.stringify(door)};
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, log, settings: { fsync: 'off' } }).then(
      (embedded) => console.log('pid ' + embedded.pid),
      (error) => console.log(error.code + ' ' + error.message),
    );
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--no-warnings', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  await until(() => said.endsWith('\n'), { timeoutMs: 30_000, what: 'the other Firebreak' });
  return {
    said: said.trim(),
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

test('a new folder becomes a server on a private socket, without TCP, with checksums, and stops', async () => {
  const dataDir = join(newFolder(), 'pg');
  const embedded = await start(dataDir);
  const db = openDatabase({ url: embedded.url, log: silentLog });
  const found = await db.read.one(
    z.object({ tcp: z.string(), sums: z.string(), sync: z.string(), locale: z.string() }),
    sql`select current_setting('listen_addresses') as tcp, current_setting('data_checksums') as sums,
          current_setting('synchronous_commit') as sync, datlocprovider::text || datlocale as locale
        from pg_database where datname = current_database()`,
  );
  expect(found).toEqual({ tcp: '', sums: 'on', sync: 'on', locale: 'bC.UTF-8' });
  await db.close();
  await embedded.stop();
  expect(await findEmbedded(dataDir)).toBeUndefined();
  expect(() => process.kill(embedded.pid, 0)).toThrow();
});

test('a wrong password is refused', async () => {
  const embedded = await start(join(newFolder(), 'pg'));
  const url = new URL(embedded.url);
  url.password = 'guessed';
  const db = openDatabase({ url: url.href, log: silentLog });
  const refusal = await db.read.run(sql`select 1`).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: '28P01' });
  expect(isUnavailable(refusal)).toBe(false);
  await db.close();
});

test('two Firebreaks on one folder: the second is told who holds it', async () => {
  const dataDir = join(newFolder(), 'pg');
  await start(dataDir);
  const second = await startElsewhere(dataDir);
  expect(second.said).toContain(`DB.FOLDER_IN_USE The data folder ${dataDir} is in use by process ${process.pid} on `);
  await second.kill();
});

test('the server that a killed Firebreak left running is adopted, supervised and stopped', async () => {
  const dataDir = join(newFolder(), 'pg');
  const first = await startElsewhere(dataDir);
  await first.kill();
  expect(await connections((await findEmbedded(dataDir)) ?? '')).toBe(1);
  const embedded = await start(dataDir);
  expect(embedded.url).toBe(await findEmbedded(dataDir));
  expect(`pid ${embedded.pid}`).toBe(first.said);
  const states: string[] = [];
  embedded.onState((state) => states.push(state));
  process.kill(embedded.pid, 'SIGKILL');
  await until(() => states.includes('running'), { what: 'a restart of the adopted server' });
  expect(await connections(embedded.url)).toBe(1);
  expect(`pid ${embedded.pid}`).not.toBe(first.said);
});

test('a pid file that names a living process of somebody else does not stop the start, and is not trusted', async () => {
  const dataDir = join(newFolder(), 'pg');
  const first = await start(dataDir);
  process.kill(first.pid, 'SIGKILL');
  await first.stop();
  const file = join(dataDir, 'cluster/postmaster.pid');
  const lines = readFileSync(file, 'utf8').split('\n');
  // A process of the server's own account: PostgreSQL ignores the pids of others, and its parent's.
  const { uid, gid } = statSync(join(dataDir, 'cluster'));
  const other = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
  try {
    writeFileSync(file, [String(other.pid), ...lines.slice(1)].join('\n'));
    const second = await start(dataDir);
    expect(await connections(second.url)).toBe(1);
  } finally {
    other.kill();
  }
});

test('a server killed under load comes back, the pool recovers and no acknowledged commit is lost', async () => {
  const embedded = await start(join(newFolder(), 'pg'));
  const db = openDatabase({ url: embedded.url, log: silentLog });
  await db.read.run(sql`create table kept (id bigint primary key)`);
  const acknowledged: number[] = [];
  const failures: unknown[] = [];
  let next = 0;
  let stop = false;
  const writer = async () => {
    while (!stop) {
      const id = (next += 1);
      await db
        .transaction((tx) => tx.run(sql`insert into kept (id) values (${id})`))
        .then(
          () => acknowledged.push(id),
          (error: unknown) => failures.push(error),
        );
    }
  };
  const writers = Array.from({ length: 8 }, writer);
  for (let round = 1; round <= 2; round += 1) {
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 200, { what: 'commits' });
    process.kill(embedded.pid, 'SIGKILL');
    const atKill = acknowledged.length;
    await until(() => failures.length > 0 && acknowledged.length > atKill + 200, {
      timeoutMs: 20_000,
      what: 'recovery',
    });
  }
  stop = true;
  await Promise.all(writers);
  expect(failures.filter((error) => !isUnavailable(error))).toEqual([]);
  const kept = new Set(
    (await db.read.many(z.object({ id: z.number() }), sql`select id from kept`)).map((row) => row.id),
  );
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  await db.close();
});

test.skipIf(process.getuid?.() !== 0)('root starts it below a private home too', async () => {
  const home = newFolder();
  chmodSync(home, 0o700);
  const embedded = await start(join(home, 'deep', 'pg'));
  expect(await connections(embedded.url)).toBe(1);
});

test('a folder whose path is too long for a socket works', async () => {
  const embedded = await start(join(newFolder(), 'a'.repeat(100), 'pg'));
  expect(await connections(embedded.url)).toBe(1);
});
