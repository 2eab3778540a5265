import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import type { Denial } from '../../connector/index.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { PointSettings } from '../enforce/points.ts';
import { enforcedStatuses } from '../contain/transitions.ts';

const idRow = z.object({ id: z.string() });

/** Takes the point for this server: the epoch it gives fences every earlier holder. */
export async function takePoint(tx: Tx, point: PointSettings, holder: string, now: Date): Promise<number> {
  const row = await tx.one(
    z.object({ epoch: z.int() }),
    sql`
    insert into enforcement_points (id, tenant_id, site_id, host, kind, level, is_demonstration, epoch, holder, last_seen_at, created_at)
    values (${point.id}, ${point.tenantId}, ${point.siteId}, ${point.host}, ${point.kind}, ${point.level},
      ${point.isDemonstration}, 1, ${holder}, null, ${now})
    on conflict (id) do update set epoch = enforcement_points.epoch + 1, holder = excluded.holder, host = excluded.host,
      kind = excluded.kind, level = excluded.level, retired_at = null, is_connected = false
    returning epoch`,
  );
  return row.epoch;
}

/** Says that the point is there, written when that is news or 20 s old; false when another server has taken it. */
export async function renewPoint(
  tx: Tx,
  point: { id: string; epoch: number; isConnected: boolean; detail: string; now: Date; leasedUntil: Date },
): Promise<boolean> {
  const row = await tx.maybe(
    z.object({ is_ours: z.boolean() }),
    sql`with renewed as (
        update enforcement_points set is_connected = ${point.isConnected}, detail = ${point.detail},
          leased_until = ${point.leasedUntil},
          last_seen_at = case when ${point.isConnected}::boolean then ${point.now} else last_seen_at end
        where id = ${point.id} and epoch = ${point.epoch} and (is_connected <> ${point.isConnected}
          or detail <> ${point.detail} or leased_until is null
          or leased_until < ${point.leasedUntil}::timestamptz - interval '20 seconds'))
      select epoch = ${point.epoch} as is_ours from enforcement_points where id = ${point.id}`,
  );
  return row?.is_ours ?? false;
}

export const retirePoint = (tx: Tx, id: string, now: Date) =>
  tx.run(sql`update enforcement_points set retired_at = ${now}, is_connected = false where id = ${id}`);

export const listPoints = (tx: Tx) =>
  tx.many(
    z.object({
      id: z.string(),
      host: z.string(),
      kind: z.string(),
      level: z.enum(['read_back', 'pulled', 'published']),
      is_demonstration: z.boolean(),
      is_connected: z.boolean(),
      epoch: z.int(),
      last_seen_at: z.date().nullable(),
      detail: z.string(),
    }),
    sql`select id, host, kind, level, is_demonstration, is_connected, epoch, last_seen_at, detail
      from enforcement_points where retired_at is null order by id`,
  );

/** Gives the live containments a place at a point that came later. */
export const placeAtPoint = (tx: Tx, pointId: string, now: Date) =>
  tx.run(sql`
    insert into enforcements (containment_id, point_id, tenant_id)
    select c.id, p.id, c.tenant_id from enforcement_points p join containments c
      on c.tenant_id = p.tenant_id and c.is_demonstration = p.is_demonstration
    where p.id = ${pointId} and c.status = any(${[...enforcedStatuses]}::text[]) and c.expires_at > ${now}
    on conflict do nothing`);

/**
 * What the point must hold now, each target once until its last end; what a person took out is not in it. It comes as one
 * text: tens of thousands of rows would keep the process busy while everybody waits for them.
 */
export async function restorableAt(tx: Tx, pointId: string, now: Date): Promise<Denial[]> {
  const { wanted } = await tx.one(
    z.object({ wanted: z.string() }),
    sql`select coalesce(string_agg(c.target || ' ' || (extract(epoch from c.expires_at) * 1000)::bigint, ' '), '') as wanted
      from enforcements e join containments c on c.id = e.containment_id
      where e.point_id = ${pointId} and e.state not in ('released', 'drifted')
        and c.status = any(${[...enforcedStatuses]}::text[]) and c.expires_at > ${now}`,
  );
  const words = wanted === '' ? [] : wanted.split(' ');
  const ends = new Map<string, number>();
  for (let index = 0; index < words.length; index += 2) {
    const target = words[index] ?? '';
    ends.set(target, Math.max(ends.get(target) ?? 0, Number(words[index + 1])));
  }
  return [...ends].map(([target, expiresAt]) => ({ target, expiresAt }));
}

/** What the point must hold and never acknowledged. */
export const pendingAt = (tx: Tx, pointId: string, now: Date) =>
  tx.many(
    z.object({ containment_id: z.string(), target: z.string(), expiresAt: z.int() }),
    sql`select e.containment_id, c.target, (extract(epoch from c.expires_at) * 1000)::bigint as "expiresAt"
      from enforcements e join containments c on c.id = e.containment_id
      where e.point_id = ${pointId} and e.state = 'pending'
        and c.status = any(${[...enforcedStatuses]}::text[]) and c.expires_at > ${now}`,
  );

/** What the point must let go of, that nobody else wants there. */
export const unwantedAt = (tx: Tx, pointId: string, now: Date) =>
  tx
    .many(
      z.object({ target: z.string() }),
      sql`select distinct c.target from enforcements e join containments c on c.id = e.containment_id
        where e.point_id = ${pointId} and e.state <> 'released' and c.status = 'releasing'
          and not exists (select 1 from containments o join enforcements oe on oe.containment_id = o.id
            where o.target = c.target and oe.point_id = e.point_id and oe.state <> 'released'
              and o.status = any(${[...enforcedStatuses]}::text[]) and o.expires_at > ${now})`,
    )
    .then((rows) => rows.map(({ target }) => target));

/** The point holds these targets now: for every live containment of them. Gives the containments it changed. */
export const markApplied = (tx: Tx, pointId: string, targets: readonly string[], now: Date) =>
  tx.many(
    idRow,
    sql`update enforcements e set state = 'applied', applied_at = coalesce(e.applied_at, ${now}), detail = ''
      from containments c
      where c.id = e.containment_id and e.point_id = ${pointId} and e.state in ('pending', 'held_back')
        and c.target = any(${[...targets]}::text[]) and c.status = any(${[...enforcedStatuses]}::text[])
      returning c.id`,
  );

/** The point refused these targets: for every live containment of them. Gives the containments it changed. */
export const markHeldBack = (tx: Tx, pointId: string, held: readonly { target: string; detail: string }[]) =>
  tx.many(
    idRow.extend({ target: z.string() }),
    sql`update enforcements e set state = 'held_back', detail = n.detail
      from containments c, jsonb_to_recordset(${storableJson(held)}::jsonb) as n (target text, detail text)
      where c.id = e.containment_id and e.point_id = ${pointId} and e.state in ('pending', 'applied')
        and c.target = n.target and c.status = any(${[...enforcedStatuses]}::text[])
      returning c.id, c.target`,
  );

/** The point let go of these targets: for every containment that is being released. */
export const markReleased = (tx: Tx, pointId: string, targets: readonly string[]) =>
  tx.many(
    idRow,
    sql`update enforcements e set state = 'released'
      from containments c
      where c.id = e.containment_id and e.point_id = ${pointId} and e.state <> 'released'
        and c.target = any(${[...targets]}::text[]) and c.status = 'releasing'
      returning c.id`,
  );

export const freeEnforcements = (tx: Tx, containmentIds: readonly string[], detail: string) =>
  tx.run(sql`update enforcements set state = 'released', detail = ${detail}
    where containment_id = any(${[...containmentIds]}::text[]) and state <> 'released'`);

export const markRepaired = (tx: Tx, pointId: string, containmentIds: readonly string[]) =>
  tx.run(sql`update enforcements set repairs = repairs + 1, detail = 'It was gone before its time and was put back.'
    where point_id = ${pointId} and containment_id = any(${[...containmentIds]}::text[])`);

export const markDrifted = (tx: Tx, pointId: string, containmentIds: readonly string[]) =>
  tx.run(sql`update enforcements set state = 'drifted', detail = 'It was removed twice: taken as a person''s intent.'
    where point_id = ${pointId} and containment_id = any(${[...containmentIds]}::text[])`);

/** Highest count seen; a refreshed element begins at zero again. */
export const saveCounters = (tx: Tx, pointId: string, counts: readonly { containment_id: string; packets: number }[]) =>
  tx.run(sql`
    update enforcements e set dropped_packets = greatest(e.dropped_packets, n.packets)
    from jsonb_to_recordset(${storableJson(counts)}::jsonb) as n (containment_id text, packets bigint)
    where e.containment_id = n.containment_id and e.point_id = ${pointId} and n.packets > e.dropped_packets`);

/**
 * Being released and held nowhere: each place was read back as free, its point is retired, or the point is away but lets go
 * by itself (native time-out) and that time is over for 5 s.
 */
export const releasedIds = (tx: Tx, now: Date) =>
  tx
    .many(
      idRow,
      sql`select c.id from containments c where c.status = 'releasing' and not exists (
          select 1 from enforcements e join enforcement_points p on p.id = e.point_id
          where e.containment_id = c.id and e.state <> 'released' and p.retired_at is null
            and not (p.level = 'read_back' and not p.is_connected and c.expires_at < ${now}::timestamptz - interval '5 seconds')
            and p.level <> 'pulled')
        limit 500`,
    )
    .then((rows) => rows.map(({ id }) => id));
