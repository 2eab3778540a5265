import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { Fact } from '../match-events.ts';

const FirstRow = z.object({
  tenant_id: z.string(),
  site_id: z.string(),
  fact_hash: z.string(),
  first_event: z.string(),
});

export function factId({ tenantId, siteId, hash }: Fact): string {
  return `${tenantId} ${siteId} ${hash}`;
}

/** The events that were first to show these facts, by `factId`. */
export async function knownFacts(tx: Tx, facts: readonly Fact[]): Promise<Map<string, string>> {
  if (facts.length === 0) return new Map();
  const rows = await tx.many(
    FirstRow,
    sql`select tenant_id, site_id, fact_hash, first_event from firsts join unnest(
        ${facts.map((fact) => fact.tenantId)}::text[], ${facts.map((fact) => fact.siteId)}::text[],
        ${facts.map((fact) => fact.hash)}::text[]) as wanted(tenant_id, site_id, fact_hash)
      using (tenant_id, site_id, fact_hash)`,
  );
  return new Map(
    rows.map((row) => [
      factId({ tenantId: row.tenant_id, siteId: row.site_id, hash: row.fact_hash, event: '', time: 0 }),
      row.first_event,
    ]),
  );
}

/** Remembers the facts. Sorted, so that two workers never wait for each other in a circle. */
export async function rememberFacts(tx: Tx, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return;
  const firstOfEach = new Map<string, Fact & { last: number }>();
  for (const fact of facts) {
    const id = factId(fact);
    const before = firstOfEach.get(id);
    if (before) before.last = Math.max(before.last, fact.time);
    else firstOfEach.set(id, { ...fact, last: fact.time });
  }
  const rows = [...firstOfEach]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, fact]) => ({
      tenant_id: fact.tenantId,
      site_id: fact.siteId,
      fact_hash: fact.hash,
      first_seen_at: new Date(fact.time),
      first_event: fact.event,
      last_seen_at: new Date(fact.last),
    }));
  await tx.run(sql`insert into firsts as known (tenant_id, site_id, fact_hash, first_seen_at, first_event, last_seen_at)
    select * from jsonb_to_recordset(${storableJson(rows)}::jsonb) as new(tenant_id text, site_id text,
      fact_hash text, first_seen_at timestamptz, first_event text, last_seen_at timestamptz)
    on conflict (tenant_id, site_id, fact_hash) do update
      set last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
    where known.last_seen_at < excluded.last_seen_at - interval '1 hour'`);
}

/** Forgets facts not seen since `before`: they are new again. */
export function deleteOldFacts(tx: Tx, before: Date): Promise<number> {
  return tx.run(sql`delete from firsts where last_seen_at < ${before}`);
}
