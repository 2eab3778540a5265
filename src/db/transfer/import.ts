import { createHash, type Hash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { errors } from '../errors.ts';
import { migrate, readMigrations } from '../migrate.ts';
import { contentOf, quoted, readCatalog, settleFormats, type CatalogTable } from './catalog.ts';
import { exportHead, exportManifest, type ExportHead, type ExportManifest } from './format.ts';
import { liftRules } from './lift-rules.ts';
import { jsonOf, readTar, type TarEntry } from './tar.ts';

/**
 * Reads an export into an empty database, of any major version from 15 on: migrates it (`before` makes the schema of
 * DBOS), loads all tables in one transaction, sets the sequences, restores foreign keys (which checks them) and
 * triggers, and commits only when rows, content and checksums are those of the manifest.
 * Throws DB.IMPORT_TARGET, DB.EXPORT_VERSION, DB.EXPORT_MISMATCH, DB.ARCHIVE_DAMAGED; the database then has no rows of ours.
 */
export async function importDatabase(
  file: string,
  url: string,
  options: { dir: string; log: Log; before?: () => Promise<void> },
): Promise<ExportManifest> {
  const client = new pg.Client({ connectionString: url, application_name: 'firebreak import' });
  client.on('error', (error) => options.log.debug({ error: error.message }, 'The import connection was lost.'));
  await client.connect();
  try {
    const entries = readTar(file);
    const head = exportHead.parse(await jsonOf(file, 'export.json', (await entries.next()).value ?? undefined));
    await checkVersion(head, options.dir);
    await checkEmpty(client, head);
    await migrate(url, options);
    await client.query('begin');
    try {
      const manifest = await load(client, file, head, entries);
      await client.query('commit');
      await client.query('analyze');
      return manifest;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  } finally {
    await client.end();
  }
}

async function checkVersion(head: ExportHead, dir: string): Promise<void> {
  const ours = (await readMigrations(dir)).map(({ name, sha256 }) => `${name} ${sha256}`).join('\n');
  const theirs = head.migrations.map(({ name, sha256 }) => `${name} ${sha256}`).join('\n');
  if (ours !== theirs) throw errors.EXPORT_VERSION([head.migrations.at(-1)?.name ?? 'no migration']);
}

async function checkEmpty(client: pg.Client, head: ExportHead): Promise<void> {
  const there = await readCatalog(client, head.schemas);
  const first = there.tables[0];
  if (first) throw errors.IMPORT_TARGET([`${first.schema}.${first.name}`]);
}

async function load(
  client: pg.Client,
  file: string,
  head: ExportHead,
  entries: AsyncIterable<TarEntry>,
): Promise<ExportManifest> {
  await settleFormats(client);
  await makePartitions(client, head);
  const tables = await checkSameTables(client, head);
  const restoreRules = await liftRules(client, head.schemas);
  if (tables.length > 0)
    await client.query(`truncate ${tables.map(({ schema, name }) => quoted(schema, name)).join(', ')}`);
  const { manifest, digests } = await loadEntries(client, file, tables, entries);
  await settle(client, tables, manifest, digests);
  await restoreRules();
  return manifest;
}

/** Streams every part into its table; gives the manifest and the SHA-256 of what each table was given. */
async function loadEntries(
  client: pg.Client,
  file: string,
  tables: readonly CatalogTable[],
  entries: AsyncIterable<TarEntry>,
): Promise<{ manifest: ExportManifest; digests: Map<string, string> }> {
  const digests = new Map<string, string>();
  let manifest: ExportManifest | undefined;
  let loading: Loading | undefined;
  try {
    for await (const entry of entries) {
      const [, schema, name] = /^data\/([^/]+)\/([^/]+)\/\d+\.copy$/.exec(entry.name) ?? [];
      const key = `${schema}.${name}`;
      if (loading && loading.key !== key) {
        digests.set(loading.key, await loading.end());
        loading = undefined;
      }
      if (entry.name === 'manifest.json') manifest = exportManifest.parse(await jsonOf(file, 'manifest.json', entry));
      else {
        const table = tables.find((candidate) => candidate.schema === schema && candidate.name === name);
        if (!table) throw errors.EXPORT_MISMATCH([entry.name, 'is not announced']);
        loading ??= startLoading(client, key, table);
        for await (const bytes of entry.content) await loading.write(bytes);
      }
    }
  } catch (error) {
    // The session waits for the rest of the COPY and would take no rollback.
    await loading?.abort();
    if (isUnreadable(error)) throw errors.ARCHIVE_DAMAGED([file, messageOf(error)], { cause: error });
    throw error;
  }
  if (!manifest) throw errors.ARCHIVE_DAMAGED([file, 'its manifest is missing']);
  return { manifest, digests };
}

/** Partitions that were made while running are not in the migrations. */
async function makePartitions(client: pg.Client, head: ExportHead): Promise<void> {
  const there = await readCatalog(client, head.schemas);
  const known = new Set(there.tables.map(({ schema, name }) => `${schema}.${name}`));
  const missing = head.tables.filter((table) => table.partition && !known.has(`${table.schema}.${table.name}`));
  // A partition of a partition comes after its parent.
  const made = new Set(known);
  while (missing.length > 0) {
    const index = missing.findIndex(
      ({ partition }) => partition && made.has(`${partition.schema}.${partition.parent}`),
    );
    const [table] = index < 0 ? [] : missing.splice(index, 1);
    if (!table?.partition || !/^(?:FOR VALUES [^;]*|DEFAULT)$/.test(table.partition.bound))
      throw errors.EXPORT_MISMATCH([missing[0]?.name ?? 'a partition', 'has no parent here']);
    const { schema, parent, bound } = table.partition;
    await client.query(
      `create table ${quoted(table.schema, table.name)} partition of ${quoted(schema, parent)} ${bound}`,
    );
    made.add(`${table.schema}.${table.name}`);
  }
}

async function checkSameTables(client: pg.Client, head: ExportHead): Promise<CatalogTable[]> {
  const there = (await readCatalog(client, head.schemas)).tables;
  const line = ({ schema, name, columns }: CatalogTable) =>
    `${schema}.${name} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')})`;
  const [ours, theirs] = [new Set(there.map(line)), new Set(head.tables.map(line))];
  const odd = [...theirs].find((text) => !ours.has(text)) ?? [...ours].find((text) => !theirs.has(text));
  if (odd !== undefined) throw errors.EXPORT_MISMATCH([odd, 'is only on one side']);
  return there.filter(({ kind }) => kind === 'r');
}

/** Class 22, data exception: bytes that were flipped may still unpack, and PostgreSQL is the first who cannot read them. */
const isUnreadable = (error: unknown) =>
  error instanceof pg.DatabaseError && error.code !== undefined && error.code.startsWith('22');

interface Loading {
  key: string;
  write(bytes: Buffer): Promise<void>;
  /** Ends the COPY; gives the SHA-256 of what was written. */
  end(): Promise<string>;
  abort(): Promise<void>;
}

function startLoading(client: pg.Client, key: string, table: CatalogTable): Loading {
  const columns = table.columns.map((column) => quoted(column.name)).join(', ');
  const stream: CopyStreamQuery = client.query(
    copyFrom(`copy ${quoted(table.schema, table.name)} (${columns}) from stdin`),
  );
  const digest: Hash = createHash('sha256');
  const done = finished(stream);
  let isRefused = false;
  // Thrown at the next write or at the end.
  done.catch(() => {});
  stream.on('error', () => {
    isRefused = true;
  });
  return {
    key,
    async write(bytes) {
      digest.update(bytes);
      // Once PostgreSQL has refused, the stream has no connection to write to: what it refused is what is told.
      if (isRefused) await done;
      // One at a time: what the stream still held when it was refused would be written to no connection, and throw.
      await Promise.race([new Promise((resolve) => void stream.write(bytes, resolve)), done]);
    },
    async end() {
      if (!isRefused) stream.end();
      await done.catch((cause: unknown) => {
        if (isUnreadable(cause)) throw cause;
        throw errors.EXPORT_MISMATCH([key, `was refused: ${messageOf(cause)}`], { cause });
      });
      return digest.digest('hex');
    },
    async abort() {
      if (!isRefused) stream.destroy(new Error('the import was given up'));
      await done.catch(() => {});
    },
  };
}

async function settle(
  client: pg.Client,
  tables: readonly CatalogTable[],
  manifest: ExportManifest,
  digests: ReadonlyMap<string, string>,
): Promise<void> {
  const empty = createHash('sha256').digest('hex');
  if (manifest.tables.length !== tables.length) throw errors.EXPORT_MISMATCH(['manifest.json', 'names other tables']);
  for (const expected of manifest.tables) {
    const key = `${expected.schema}.${expected.name}`;
    const table = tables.find(({ schema, name }) => schema === expected.schema && name === expected.name);
    if (!table) throw errors.EXPORT_MISMATCH([key, 'is not announced']);
    if ((digests.get(key) ?? empty) !== expected.sha256) throw errors.EXPORT_MISMATCH([key, 'has another checksum']);
    const found = await contentOf(client, table);
    if (found.rows !== expected.rows || found.content !== expected.content)
      throw errors.EXPORT_MISMATCH([key, `has ${found.rows} rows here and ${expected.rows} there, or other content`]);
  }
  for (const { schema, name, last_value, is_called } of manifest.sequences)
    await client.query('select setval($1::regclass, $2::bigint, $3)', [quoted(schema, name), last_value, is_called]);
}
