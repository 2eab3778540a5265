import type pg from 'pg';
import { z } from 'zod';
import { quoted } from './catalog.ts';

const foreignKey = z.object({ schema: z.string(), name: z.string(), constraint: z.string(), definition: z.string() });
const trigger = z.object({ schema: z.string(), name: z.string(), trigger: z.string(), state: z.enum(['O', 'A', 'R']) });

const enable = { O: 'enable trigger', A: 'enable always trigger', R: 'enable replica trigger' } as const;

/**
 * Takes foreign keys and triggers away for a load, which needs only the owner's rights (session_replication_role needs
 * more). Gives what puts them back: making a foreign key again checks every row.
 */
export async function liftRules(client: pg.Client, schemas: readonly string[]): Promise<() => Promise<void>> {
  const keys = await client.query(
    `select n.nspname as schema, c.relname as name, k.conname as constraint, pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where k.contype = 'f' and k.conparentid = 0 and n.nspname = any ($1)`,
    [schemas],
  );
  const triggers = await client.query(
    `select n.nspname as schema, c.relname as name, t.tgname as trigger, t.tgenabled::text as state
     from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D' and n.nspname = any ($1)`,
    [schemas],
  );
  const liftedKeys = z.array(foreignKey).parse(keys.rows);
  const liftedTriggers = z.array(trigger).parse(triggers.rows);
  for (const lifted of liftedTriggers)
    await client.query(`alter table ${quoted(lifted.schema, lifted.name)} disable trigger ${quoted(lifted.trigger)}`);
  for (const key of liftedKeys)
    await client.query(`alter table ${quoted(key.schema, key.name)} drop constraint ${quoted(key.constraint)}`);
  return async () => {
    for (const key of liftedKeys)
      await client.query(
        `alter table ${quoted(key.schema, key.name)} add constraint ${quoted(key.constraint)} ${key.definition}`,
      );
    for (const lifted of liftedTriggers)
      await client.query(
        `alter table ${quoted(lifted.schema, lifted.name)} ${enable[lifted.state]} ${quoted(lifted.trigger)}`,
      );
  };
}
