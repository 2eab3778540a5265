import type pg from 'pg';
import { z } from 'zod';

/** The tables and sequences of our schemas, as PostgreSQL 15 and newer describe them. */
export const catalogRow = z.object({
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      /** Columns that are stored by COPY, with their types. */
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      /** r holds rows, p is divided into partitions. */
      kind: z.enum(['r', 'p']),
      /** For a partition: of what, and which part. */
      partition: z.object({ schema: z.string(), parent: z.string(), bound: z.string() }).nullable(),
    }),
  ),
  sequences: z.array(z.object({ schema: z.string(), name: z.string() })),
});
export type Catalog = z.infer<typeof catalogRow>;
export type CatalogTable = Catalog['tables'][number];

export async function readCatalog(client: pg.ClientBase, schemas: readonly string[]): Promise<Catalog> {
  const tables = await client.query(
    `select n.nspname as schema, c.relname as name, c.relkind::text as kind,
       (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
                                 order by a.attnum), '[]')
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       (select json_build_object('schema', pn.nspname, 'parent', p.relname, 'bound', pg_get_expr(c.relpartbound, c.oid))
        from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
        where i.inhrelid = c.oid and c.relispartition) as partition
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any ($1) and c.relkind in ('r', 'p')
       and not exists (select from pg_depend d
                       where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by 1, 2`,
    [schemas],
  );
  const sequences = await client.query(
    `select schemaname as schema, sequencename as name from pg_sequences where schemaname = any ($1) order by 1, 2`,
    [schemas],
  );
  return catalogRow.parse({ tables: tables.rows, sequences: sequences.rows });
}

export const quoted = (...names: readonly string[]) => names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');

/** Makes values read and write the same on every server: call it in the transaction that copies. */
export async function settleFormats(client: pg.ClientBase): Promise<void> {
  await client.query(
    `set local client_encoding = 'UTF8'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
     set local timezone = 'UTC'; set local bytea_output = 'hex'; set local extra_float_digits = 1;
     set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0`,
  );
}

const contentRow = z.object({ rows: z.string(), content: z.string() });

/** Number of rows, and a sum over the MD5 of every row's text that no order changes: equal on both sides when the content is. */
export async function contentOf(
  client: pg.ClientBase,
  table: CatalogTable,
): Promise<{ rows: number; content: string }> {
  const { rows } = await client.query(
    `select count(*)::text as rows,
       coalesce(sum(('x' || substr(md5(fb_row::text), 1, 15))::bit(60)::bigint), 0)::text as content
     from only ${quoted(table.schema, table.name)} as fb_row`,
  );
  const found = contentRow.parse(rows[0]);
  return { rows: Number(found.rows), content: found.content };
}

const sequenceRow = z.object({ last_value: z.string(), is_called: z.boolean() });

export async function sequenceState(client: pg.ClientBase, schema: string, name: string) {
  const { rows } = await client.query(`select last_value::text, is_called from ${quoted(schema, name)}`);
  return sequenceRow.parse(rows[0]);
}
