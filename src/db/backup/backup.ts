import pg from 'pg';
import { z } from 'zod';
import type { Log } from '../../base/log.ts';
import { errors } from '../errors.ts';
import { writeTar, type TarWriter } from '../transfer/tar.ts';
import type { BackupManifest } from './manifest.ts';

const chunkBytes = 1 << 20;

/** Contents that a server makes anew (manual, "Base Backup", what may be left out); the folders themselves are kept. */
const leftOutFolders = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'base/pgsql_tmp',
];
const leftOutFile =
  /(?:^|\/)(?:postmaster\.(?:pid|opts)|pg_internal\.init[^/]*|backup_label|tablespace_map|pgsql_tmp[^/]*)$/;

/**
 * Takes an online base backup of the whole server into a .tar.zst: the server works on meanwhile, and the backup is as
 * of its end. Files are read over the connection (the account must be allowed pg_read_binary_file, as ours is).
 * Throws DB.BACKUP_TABLESPACE, DB.BACKUP_WAL_GONE.
 */
export async function backup(url: string, file: string, options: { log: Log }): Promise<BackupManifest> {
  const client = new pg.Client({ connectionString: url, application_name: 'firebreak backup', statement_timeout: 0 });
  // The statement under way is rejected too.
  client.on('error', (error) => options.log.debug({ error: error.message }, 'The backup connection was lost.'));
  try {
    return await writeTar(file, async (tar) => {
      await client.connect();
      return copyServer(client, tar);
    });
  } finally {
    // A session that ends inside a backup ends the backup.
    await client.end();
  }
}

const fileRow = z.object({ path: z.string(), size: z.coerce.number(), isdir: z.boolean() });

async function copyServer(client: pg.Client, tar: TarWriter): Promise<BackupManifest> {
  const spaces = await client.query<{ spcname: string }>(
    "select spcname from pg_tablespace where spcname not in ('pg_default', 'pg_global')",
  );
  if (spaces.rows[0]) throw errors.BACKUP_TABLESPACE([spaces.rows[0].spcname]);
  const about = z.object({ version: z.string(), at: z.string() }).parse(
    (
      await client.query(
        `select current_setting('server_version_num')::int / 10000 || '' as version,
           to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at`,
      )
    ).rows[0],
  );
  const migrations = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from public.migrations order by name',
  );
  const manifest: BackupManifest = {
    format: 1,
    postgres_major: about.version,
    taken_at: about.at,
    migrations: migrations.rows,
    files: [],
  };
  const add = async (name: string, size: number, content: Iterable<Buffer> | AsyncIterable<Buffer>) => {
    manifest.files.push({ name, size, sha256: await tar.file(`cluster/${name}`, size, content) });
  };
  await client.query("select pg_backup_start('firebreak', true)");
  for (const { path, size, isdir } of await listFiles(client)) {
    if (isdir) await tar.folder(`cluster/${path}`);
    else {
      const content = readServerFile(client, path, size);
      // A file that is gone by now was dropped after the start: the log says so too.
      const first = size === 0 ? undefined : await content.next();
      if (first?.done === true) continue;
      await add(path, size, prepend(first?.value, content));
    }
  }
  const stopped = z
    .object({ lsn: z.string(), labelfile: z.string(), last: z.string() })
    .parse(
      (await client.query('select lsn::text, labelfile, pg_walfile_name(lsn) as last from pg_backup_stop(false)'))
        .rows[0],
    );
  const label = Buffer.from(stopped.labelfile);
  await add('backup_label', label.length, [label]);
  const first = /\(file ([0-9A-F]{24})\)/.exec(stopped.labelfile)?.[1] ?? stopped.last;
  for (const { name, size } of await logSegments(client, first, stopped.last))
    await add(`pg_wal/${name}`, size, readServerFile(client, `pg_wal/${name}`, size));
  return manifest;
}

/** Files and folders of the server in the order to copy them: the control file last, so that it is not older than what it describes. */
async function listFiles(client: pg.Client): Promise<z.infer<typeof fileRow>[]> {
  const { rows } = await client.query(
    `with recursive files as (
       select name as path, s.size, s.isdir
       from pg_ls_dir('.', true, false) as name, pg_stat_file(name, true) as s
       union all
       select f.path || '/' || name, s.size, s.isdir
       from files f, pg_ls_dir(f.path, true, false) as name, pg_stat_file(f.path || '/' || name, true) as s
       where f.isdir and f.path <> all ($1))
     select path, size, isdir from files where isdir is not null order by path = 'global/pg_control', path`,
    [leftOutFolders],
  );
  return z
    .array(fileRow)
    .parse(rows)
    .filter(({ path }) => !leftOutFile.test(path));
}

async function* readServerFile(client: pg.Client, path: string, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < size;) {
    const { rows } = await client.query<{ bytes: Buffer | null }>(
      'select pg_read_binary_file($1, $2::bigint, $3::bigint, true) as bytes',
      [path, offset, Math.min(chunkBytes, size - offset)],
    );
    const bytes = rows[0]?.bytes;
    if (!bytes || bytes.length === 0) return;
    offset += bytes.length;
    yield bytes;
  }
}

async function* prepend(first: Buffer | undefined, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first) yield first;
  yield* rest;
}

/** The log segments from `first` to `last` and the histories of timelines. */
async function logSegments(client: pg.Client, first: string, last: string): Promise<{ name: string; size: number }[]> {
  const { rows } = await client.query(
    `select name, size::int as size from pg_ls_waldir()
     where name ~ '^[0-9A-F]{24}$' and name between $1 and $2 or name ~ '^[0-9A-F]{8}[.]history$' order by name`,
    [first, last],
  );
  const found = z.array(z.object({ name: z.string(), size: z.int() })).parse(rows);
  const size = found.find(({ name }) => name === first)?.size;
  if (size === undefined) throw errors.BACKUP_WAL_GONE([first]);
  // A name is timeline, then the number as two halves: 2^32 / size segments to one unit of the upper half.
  const numberOf = (name: string) =>
    Number.parseInt(name.slice(8, 16), 16) * (2 ** 32 / size) + Number.parseInt(name.slice(16), 16);
  const segments = found.filter(({ name }) => name.length === 24);
  if (segments.length !== numberOf(last) - numberOf(first) + 1) throw errors.BACKUP_WAL_GONE([last]);
  return found;
}
