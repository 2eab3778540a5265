import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Source, type SourceProblem } from '../../schema/source.ts';

const columns = sql`id, tenant_id, site_id, name, kind, format, settings, channel_trust, trusted_proxies, time_zone,
  is_demonstration, quiet_after_s, quiet_since, last_received_at, event_count, lost_count, state, problem, started_at,
  created_at, removed_at`;

/** Sources that were not removed, by name. */
export function listSources(tx: Tx): Promise<Source[]> {
  return tx.many(Source, sql`select ${columns} from sources where removed_at is null order by name, id`);
}

export function sourceById(tx: Tx, id: string): Promise<Source | undefined> {
  return tx.maybe(Source, sql`select ${columns} from sources where id = ${id}`);
}

/** False when a source of this id or name is there. */
export async function insertSource(
  tx: Tx,
  source: Pick<Source, 'id' | 'settings' | 'channel_trust' | 'created_at'>,
): Promise<boolean> {
  const { settings } = source;
  const inserted = await tx.run(sql`
    insert into sources (id, tenant_id, site_id, name, kind, format, settings, channel_trust, trusted_proxies, time_zone,
      is_demonstration, quiet_after_s, created_at)
    values (${source.id}, ${settings.tenant_id}, ${settings.site_id}, ${settings.name}, ${settings.kind},
      ${settings.format}, ${storableJson(settings)}::jsonb, ${source.channel_trust}, ${settings.trusted_proxies}::text[],
      ${settings.time_zone}, ${settings.is_demonstration}, ${settings.quiet_after_s}, ${source.created_at})
    on conflict do nothing`);
  return inserted === 1;
}

/** Marks it removed: its events keep their origin. */
export async function removeSource(tx: Tx, id: string, now: Date): Promise<boolean> {
  const removed = await tx.run(sql`
    update sources set removed_at = ${now}, state = 'stopped', problem = null
    where id = ${id} and removed_at is null`);
  return removed === 1;
}

export async function updateSourceState(tx: Tx, id: string, state: Source['state'], now: Date): Promise<void> {
  await tx.run(sql`
    update sources set state = ${state}, running_since = case when ${state} = 'running' then ${now}::timestamptz end,
      quiet_since = case when ${state} = 'running' then quiet_since end,
      started_at = case when ${state} = 'running' then coalesce(started_at, ${now}) else started_at end
    where id = ${id}`);
}

export async function updateSourceProblem(tx: Tx, id: string, problem: SourceProblem | undefined): Promise<void> {
  await tx.run(sql`
    update sources set problem = ${problem ? storableJson(problem) : null}::jsonb where id = ${id}`);
}

export async function addLost(tx: Tx, id: string, lost: number): Promise<void> {
  await tx.run(sql`update sources set lost_count = lost_count + ${lost}::bigint where id = ${id}`);
}

const turned = z.object({
  id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  name: z.string(),
  is_quiet: z.boolean(),
  last_received_at: z.date().nullable(),
  quiet_after_s: z.int(),
});
export type TurnedSource = z.infer<typeof turned>;

/** Marks the running sources that went quiet or came back since the last call, and gives them. */
export function turnQuiet(tx: Tx, now: Date): Promise<TurnedSource[]> {
  return tx.many(
    turned,
    sql`
      update sources set quiet_since = case when quiet_since is null then ${now}::timestamptz end
      where removed_at is null and state = 'running' and case
        when quiet_since is null then quiet_after_s > 0
          and greatest(last_received_at, running_since) + quiet_after_s * interval '1 second' <= ${now}::timestamptz
        else last_received_at > quiet_since end
      returning id, tenant_id, site_id, name, quiet_since is not null as is_quiet, last_received_at, quiet_after_s`,
  );
}
