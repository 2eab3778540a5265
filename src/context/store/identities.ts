import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Identity } from '../identity.ts';

/** The known accounts among these names. */
export async function identitiesFor(tx: Tx, tenantId: string, names: readonly string[]): Promise<Identity[]> {
  if (names.length === 0) return [];
  return tx.many(
    Identity,
    sql`select tenant_id, name, roles, owner from identities
      where tenant_id = ${tenantId} and name = any(${names.map((name) => name.toLowerCase())}::text[])`,
  );
}

export async function upsertIdentities(tx: Tx, identities: readonly Identity[], atMs: number): Promise<void> {
  if (identities.length === 0) return;
  await tx.run(sql`
    insert into identities (tenant_id, name, roles, owner, updated_at)
    select distinct on (tenant_id, lower(name)) tenant_id, lower(name), array(select jsonb_array_elements_text(roles)), owner,
      to_timestamp(${atMs} / 1000.0)
    from jsonb_to_recordset(${storableJson(identities)}::jsonb) as given (tenant_id text, name text, roles jsonb, owner text)
    on conflict (tenant_id, name) do update
      set roles = excluded.roles, owner = excluded.owner, updated_at = excluded.updated_at`);
}
