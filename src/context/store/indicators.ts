import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Indicator } from '../indicator.ts';

/** Indicators that are valid at `atMs` for these values. */
export async function indicatorsFor(
  tx: Tx,
  tenantId: string,
  values: readonly { type: Indicator['type']; value: string }[],
  atMs: number,
): Promise<Indicator[]> {
  if (values.length === 0) return [];
  return tx.many(
    Indicator,
    sql`select i.tenant_id, i.id, i.type, i.value, i.source, i.confidence, i.valid_from, i.valid_until
      from unnest(${values.map((value) => value.type)}::text[], ${values.map((value) => value.value)}::text[]) as wanted (type, value)
      join indicators i on i.tenant_id = ${tenantId} and i.type = wanted.type and i.value = wanted.value
      where i.valid_from <= to_timestamp(${atMs} / 1000.0)
        and (i.valid_until is null or i.valid_until > to_timestamp(${atMs} / 1000.0))
      order by i.confidence desc, i.id`,
  );
}

export async function upsertIndicators(tx: Tx, indicators: readonly Indicator[], atMs: number): Promise<void> {
  if (indicators.length === 0) return;
  await tx.run(sql`
    insert into indicators (tenant_id, id, type, value, source, confidence, valid_from, valid_until, updated_at)
    select distinct on (tenant_id, id) tenant_id, id, type, value, source, confidence, valid_from, valid_until,
      to_timestamp(${atMs} / 1000.0)
    from jsonb_to_recordset(${storableJson(indicators)}::jsonb) as given (tenant_id text, id text, type text, value text,
      source text, confidence smallint, valid_from timestamptz, valid_until timestamptz)
    on conflict (tenant_id, id) do update set type = excluded.type, value = excluded.value, source = excluded.source,
      confidence = excluded.confidence, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
      updated_at = excluded.updated_at`);
}
