import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { holdLock } from './advisory-lock.ts';
import { errors } from './errors.ts';

interface Migration {
  name: string;
  text: string;
  sha256: string;
}

const applied = z.array(z.object({ name: z.string(), sha256: z.string() }));

/** The migrations of a folder in the order of their numbers. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = name.slice(0, 4);
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name) || numbers.has(number)) throw errors.MIGRATION_NAME([name]);
    numbers.add(number);
  }
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(dir, name), 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Brings the database to the newest migration of `dir`: in order, each file in one transaction, under one session
 * lock that is taken by trying and sleeping (a blocked wait would hold a snapshot that CREATE INDEX CONCURRENTLY
 * waits for). `before` runs under the same lock, for the migrations of libraries. Gives the names it applied.
 */
export async function migrate(
  url: string,
  options: { dir: string; log: Log; before?: () => Promise<void> },
): Promise<string[]> {
  const migrations = await readMigrations(options.dir);
  const client = new pg.Client({ connectionString: url, application_name: 'firebreak migrate' });
  // A lost connection rejects the statement under way; without a listener the event would end the process.
  client.on('error', (error) => options.log.debug({ error: error.message }, 'The migration connection was lost.'));
  await client.connect();
  try {
    await holdLock(client, 'firebreak.migrate', { timeoutMs: 300_000 });
    await options.before?.();
    await client.query(
      `create table if not exists migrations (
         name text primary key, sha256 text not null, applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query('select name, sha256 from migrations order by name');
    const todo = pending(migrations, applied.parse(rows));
    for (const migration of todo) await apply(client, migration, options.log);
    const names = todo.map((migration) => migration.name);
    if (rows.length > 0 && names.length > 0)
      options.log.info({ migrations: names }, 'The database was brought up to date.');
    return names;
  } finally {
    // Ending the session frees its lock.
    await client.end();
  }
}

/** What is left to apply; throws when what was applied is not the beginning of what is there. */
export function pending(
  migrations: readonly Migration[],
  done: readonly { name: string; sha256: string }[],
): Migration[] {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, sha256 } of done) {
    const migration = byName.get(name);
    if (!migration) throw errors.MIGRATION_MISSING([name]);
    if (migration.sha256 !== sha256) throw errors.MIGRATION_CHANGED([name]);
    byName.delete(name);
  }
  const last = done.at(-1)?.name ?? '';
  const todo = migrations.filter((migration) => byName.has(migration.name));
  const late = todo.find((migration) => migration.name < last);
  if (late) throw errors.MIGRATION_LATE([late.name, last]);
  return todo;
}

async function apply(client: pg.Client, migration: Migration, log: Log): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.text);
    await client.query('insert into migrations (name, sha256) values ($1, $2)', [migration.name, migration.sha256]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    throw errors.MIGRATION_FAILED([migration.name, messageOf(cause)], { cause });
  }
  log.debug({ migration: migration.name }, 'A migration was applied.');
}
