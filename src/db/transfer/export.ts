import { createHash } from 'node:crypto';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Log } from '../../base/log.ts';
import { contentOf, quoted, readCatalog, sequenceState, settleFormats, type CatalogTable } from './catalog.ts';
import type { ExportHead, ExportManifest } from './format.ts';
import { addJson, writeTar, type TarWriter } from './tar.ts';

export const ourSchemas = ['public', 'dbos'];

const partBytes = 1 << 20;

/**
 * Writes our schemas (public and dbos) as they are in one snapshot to a .tar.zst of COPY text with a manifest, for
 * another PostgreSQL or another major version. Others go on working meanwhile. Needs memory for one part of 1 MB.
 */
export async function exportDatabase(url: string, file: string, options: { log: Log }): Promise<ExportManifest> {
  const client = new pg.Client({ connectionString: url, application_name: 'firebreak export' });
  // The statement under way is rejected too.
  client.on('error', (error) => options.log.debug({ error: error.message }, 'The export connection was lost.'));
  await client.connect();
  try {
    return await writeTar(file, (tar) => addAll(client, tar, options.log));
  } finally {
    await client.end();
  }
}

async function addAll(client: pg.Client, tar: TarWriter, log: Log): Promise<ExportManifest> {
  await client.query('begin isolation level repeatable read read only');
  await settleFormats(client);
  const head = await readHead(client);
  await addJson(tar, 'export.json', head);
  const manifest: ExportManifest = { tables: [], sequences: [] };
  for (const table of head.tables.filter(({ kind }) => kind === 'r')) {
    const sha256 = await addTable(client, tar, table);
    const { rows, content } = await contentOf(client, table);
    manifest.tables.push({ schema: table.schema, name: table.name, rows, content, sha256 });
    log.debug({ table: `${table.schema}.${table.name}`, rows }, 'A table was exported.');
  }
  for (const { schema, name } of head.sequences)
    manifest.sequences.push({ schema, name, ...(await sequenceState(client, schema, name)) });
  await client.query('commit');
  return manifest;
}

async function readHead(client: pg.Client): Promise<ExportHead> {
  const catalog = await readCatalog(client, ourSchemas);
  const version = await client.query<{ version: string }>('select version()');
  const migrations = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from public.migrations order by name',
  );
  return {
    format: 1,
    postgres_version: version.rows[0]?.version ?? '',
    schemas: ourSchemas,
    migrations: migrations.rows,
    ...catalog,
  };
}

/** Adds data/SCHEMA/TABLE/PART.copy; gives the SHA-256 over all parts. */
async function addTable(client: pg.Client, tar: TarWriter, table: CatalogTable): Promise<string> {
  const columns = table.columns.map((column) => quoted(column.name)).join(', ');
  const stream = client.query(copyTo(`copy ${quoted(table.schema, table.name)} (${columns}) to stdout`));
  const digest = createHash('sha256');
  let parts = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const flush = async () => {
    parts += 1;
    const name = `data/${table.schema}/${table.name}/${String(parts).padStart(9, '0')}.copy`;
    await tar.file(name, heldBytes, held);
    held = [];
    heldBytes = 0;
  };
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    digest.update(bytes);
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes >= partBytes) await flush();
  }
  if (heldBytes > 0) await flush();
  return digest.digest('hex');
}
