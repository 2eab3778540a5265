import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../src/base/log.ts';
import { migrate, openDatabase, type Database } from '../src/db/index.ts';

export type TestDatabase = Database & { readonly url: string };

// Also for databases that are made inside a test, where no hook can be added. Last in, first out.
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The folder of our migrations. */
export const migrationsDir = resolve(import.meta.dirname, '../migrations');

/**
 * A database of its own for this test file, with all migrations applied; it is closed and dropped after the file.
 * It lives on FIREBREAK_TEST_DATABASE_URL if set (an account that may create databases), else on the run's own server.
 */
export async function testDatabase(options: { max?: number } = {}): Promise<TestDatabase> {
  const server = await testServerUrl();
  const template = await makeTemplate(server);
  const url = await makeDatabase(server, template);
  const database = openDatabase({ url, log: silentLog, max: options.max ?? 10, applicationName: 'test' });
  cleanups.push(() => database.close());
  return { ...database, url };
}

/** An empty database of its own, dropped after the file. */
export async function emptyDatabase(): Promise<string> {
  return makeDatabase(await testServerUrl(), 'template0');
}

/** The URL of a server where tests make databases. */
export async function testServerUrl(): Promise<string> {
  const given = process.env['FIREBREAK_TEST_DATABASE_URL'];
  if (given) return given;
  const answer = await new Promise<string>((done, fail) => {
    let text = '';
    connect(inject('databaseSocket'))
      .on('data', (bytes) => (text += bytes.toString()))
      .on('error', fail)
      .on('end', () => done(text));
  });
  const { url, error } = z
    .object({ url: z.string().optional(), error: z.string().optional() })
    .parse(JSON.parse(answer));
  if (url === undefined) throw new Error(`The test server did not start: ${error ?? 'no answer'}`);
  return url;
}

/** The same server, another database. */
export function onDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function makeDatabase(server: string, template: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  cleanups.push(() => onServer(server, (client) => client.query(`drop database if exists ${name} with (force)`)));
  return onDatabase(server, name);
}

/** The migrated template; its name is a checksum of the migrations, so that a change makes another. */
async function makeTemplate(server: string): Promise<string> {
  const digest = createHash('sha256');
  for (const file of readdirSync(migrationsDir).sort())
    digest
      .update(file)
      .update('\0')
      .update(readFileSync(join(migrationsDir, file)))
      .update('\0');
  const name = `template_${digest.digest('hex').slice(0, 16)}`;
  await onServer(server, async (client) => {
    // Held by one session on one database of the server, so it works between runs and machines too.
    await client.query('select pg_advisory_lock(7243094)');
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rows.length > 0) return;
    await client.query(`drop database if exists ${name}_new with (force)`);
    await client.query(`create database ${name}_new template template0`);
    await migrate(onDatabase(server, `${name}_new`), { dir: migrationsDir, log: silentLog });
    await client.query(`alter database ${name}_new rename to ${name}`);
  });
  return name;
}

async function onServer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server, application_name: 'test setup' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
