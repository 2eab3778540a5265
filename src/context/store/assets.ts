import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { canonicalAddress } from '../../base/address.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Asset } from '../asset.ts';

/** A value that may be an asset's: an address or a host name at a place. */
export interface AssetKey {
  tenant_id: string;
  site_id: string;
  type: 'ip' | 'host';
  value: string;
}

const columns = sql`a.tenant_id, a.site_id, a.id, a.name, a.owner, a.roles, a.importance,
  coalesce((select array_agg(k.value order by k.value) from asset_keys k
    where (k.tenant_id, k.site_id, k.asset_id, k.type) = (a.tenant_id, a.site_id, a.id, 'ip')), '{}') as addresses,
  coalesce((select array_agg(k.value order by k.value) from asset_keys k
    where (k.tenant_id, k.site_id, k.asset_id, k.type) = (a.tenant_id, a.site_id, a.id, 'host')), '{}') as hosts`;

const FoundAsset = Asset.extend({ key_type: z.enum(['ip', 'host']), key_value: z.string() });

/** The assets behind these values; a value that is nobody's gives nothing. `key_type` and `key_value` say which value found it. */
export async function assetsFor(tx: Tx, keys: readonly AssetKey[]): Promise<z.infer<typeof FoundAsset>[]> {
  if (keys.length === 0) return [];
  return tx.many(
    FoundAsset,
    sql`select ${columns}, found.type as key_type, found.value as key_value
      from unnest(${keys.map((key) => key.tenant_id)}::text[], ${keys.map((key) => key.site_id)}::text[],
        ${keys.map((key) => key.type)}::text[], ${keys.map(keyValue)}::text[]) as wanted (tenant_id, site_id, type, value)
      join asset_keys found using (tenant_id, site_id, type, value)
      join assets a on (a.tenant_id, a.site_id, a.id) = (found.tenant_id, found.site_id, found.asset_id)`,
  );
}

/** The asset behind one value. */
export async function assetFor(tx: Tx, key: AssetKey): Promise<Asset | undefined> {
  const [found] = await assetsFor(tx, [key]);
  return found && Asset.parse(found);
}

/** All assets with one of these roles. */
export function assetsWithRoles(tx: Tx, tenantId: string, roles: readonly string[]): Promise<Asset[]> {
  return tx.many(
    Asset,
    sql`select ${columns} from assets a where a.tenant_id = ${tenantId} and a.roles && ${[...roles]}::text[] order by a.site_id, a.id`,
  );
}

/** Inserts or replaces. A name or address that another asset had moves to this one. */
export async function upsertAssets(tx: Tx, assets: readonly Asset[], atMs: number): Promise<void> {
  if (assets.length === 0) return;
  const rows = storableJson(assets);
  await tx.run(sql`
    insert into assets (tenant_id, site_id, id, name, owner, roles, importance, updated_at)
    select tenant_id, site_id, id, name, owner, array(select jsonb_array_elements_text(roles)), importance, to_timestamp(${atMs} / 1000.0)
    from jsonb_to_recordset(${rows}::jsonb)
      as given (tenant_id text, site_id text, id text, name text, owner text, roles jsonb, importance smallint)
    on conflict (tenant_id, site_id, id) do update set name = excluded.name, owner = excluded.owner,
      roles = excluded.roles, importance = excluded.importance, updated_at = excluded.updated_at`);
  const keys = assets.flatMap((asset) => [
    ...asset.addresses.map((value) => ({ ...place(asset), type: 'ip', value: keyValue({ type: 'ip', value }) })),
    ...asset.hosts.map((value) => ({ ...place(asset), type: 'host', value: keyValue({ type: 'host', value }) })),
  ]);
  await tx.run(sql`delete from asset_keys using jsonb_to_recordset(${rows}::jsonb) as given (tenant_id text, site_id text, id text)
    where (asset_keys.tenant_id, asset_keys.site_id, asset_keys.asset_id) = (given.tenant_id, given.site_id, given.id)`);
  await tx.run(sql`
    insert into asset_keys (tenant_id, site_id, type, value, asset_id)
    select distinct on (tenant_id, site_id, type, value) tenant_id, site_id, type, value, asset_id
    from jsonb_to_recordset(${storableJson(keys)}::jsonb)
      as given (tenant_id text, site_id text, type text, value text, asset_id text)
    on conflict (tenant_id, site_id, type, value) do update set asset_id = excluded.asset_id`);
}

const place = (asset: Asset) => ({ tenant_id: asset.tenant_id, site_id: asset.site_id, asset_id: asset.id });

function keyValue(key: Pick<AssetKey, 'type' | 'value'>): string {
  return key.type === 'ip' ? (canonicalAddress(key.value) ?? key.value) : key.value.toLowerCase();
}
