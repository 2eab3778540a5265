import pg from 'pg';
import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import { ourSchemas } from '../transfer/export.ts';
import { quoted, readCatalog } from '../transfer/catalog.ts';

export interface DatabaseCheck {
  /** Rows that could be read, page checksums included. */
  tables: { name: string; rows: number }[];
  /** B-tree indexes that hold every row of their table in order (amcheck); undefined when amcheck is not there. */
  indexes: number | undefined;
  /** What is wrong, as sentences; empty when nothing is. */
  problems: string[];
}

const objects = z.array(z.object({ oid: z.number(), name: z.string() }));

/** Reads every row and checks every B-tree index and heap of our schemas. It installs amcheck: for copies only. */
export async function checkDatabase(
  url: string,
  migrations: readonly { name: string; sha256: string }[],
): Promise<DatabaseCheck> {
  const client = new pg.Client({ connectionString: url, application_name: 'firebreak check' });
  // The statement under way is rejected too.
  client.on('error', () => {});
  await client.connect();
  try {
    const problems: string[] = [];
    const applied = await client.query('select name, sha256 from public.migrations order by name');
    if (JSON.stringify(applied.rows) !== JSON.stringify(migrations))
      problems.push('The migrations of the restored database are not those of the manifest.');
    const tables: DatabaseCheck['tables'] = [];
    const held = (await readCatalog(client, ourSchemas)).tables.filter(({ kind }) => kind === 'r');
    for (const table of held) {
      const name = `${table.schema}.${table.name}`;
      await attempt(problems, `The table ${name}`, async () => {
        const { rows } = await client.query<{ rows: string }>(
          `select count(fb_row::text) as rows from only ${quoted(table.schema, table.name)} as fb_row`,
        );
        tables.push({ name, rows: Number(rows[0]?.rows) });
      });
    }
    return { tables, indexes: await checkIndexes(client, problems), problems };
  } finally {
    await client.end();
  }
}

async function checkIndexes(client: pg.Client, problems: string[]): Promise<number | undefined> {
  const available = await client.query("select from pg_available_extensions where name = 'amcheck'");
  if (available.rows.length === 0) return undefined;
  await client.query('create extension if not exists amcheck');
  const list = async (kind: string, method: string) =>
    objects.parse(
      (
        await client.query(
          `select c.oid, n.nspname || '.' || c.relname as name
           from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_am a on a.oid = c.relam
           left join pg_index i on i.indexrelid = c.oid
           where c.relkind::text = $1 and a.amname = $2 and c.relpersistence = 'p' and coalesce(i.indisvalid, true)
             and (n.nspname = any ($3) or n.nspname = 'pg_catalog') order by 2`,
          [kind, method, ourSchemas],
        )
      ).rows,
    );
  const indexes = await list('i', 'btree');
  for (const { oid, name } of indexes)
    await attempt(problems, `The index ${name}`, () => client.query('select bt_index_check($1::oid, true)', [oid]));
  for (const { oid, name } of await list('r', 'heap'))
    await attempt(problems, `The table ${name}`, async () => {
      const { rows } = await client.query<{ msg: string }>('select msg from verify_heapam($1::oid) limit 3', [oid]);
      for (const { msg } of rows) problems.push(`The table ${name}: ${msg}.`);
    });
  return indexes.length;
}

async function attempt(problems: string[], what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    problems.push(`${what}: ${messageOf(error)}.`);
  }
}
