import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import type { HeldDenial } from '../../connector/index.ts';
import { Verification } from '../../schema/containment.ts';
import { enforcedStatuses } from '../contain/transitions.ts';

const placeRow = z.object({
  containment_id: z.string(),
  target: z.string(),
  expires_at: z.date(),
  state: z.string(),
  repairs: z.int(),
  is_held: z.boolean(),
  /** What was counted before. */
  dropped_packets: z.int(),
  /** What the point counts now; null when it does not count. */
  packets: z.int().nullable(),
  /** Set when its effect is not settled, or when it is in force for less than ten minutes: worth looking at. */
  open: z
    .object({ incident_id: z.string().nullable(), in_force_at: z.coerce.date(), verification: Verification })
    .nullable(),
});
/** A place that a reading has something to say about. */
export type PlaceRead = z.infer<typeof placeRow>;

/**
 * Compares what a point holds with what it must hold, in the database: gives the places that are missing there, counted
 * more, or are being watched, and the targets that are held without a reason.
 */
export async function compareHeld(
  tx: Tx,
  pointId: string,
  held: readonly HeldDenial[],
  now: Date,
): Promise<{ places: PlaceRead[]; excess: string[] }> {
  const targets = held.map(({ target }) => target).join(' ');
  const packets = held.map(({ droppedPackets }) => droppedPackets ?? -1).join(' ');
  const rows = await tx.many(
    z.union([placeRow, z.object({ containment_id: z.null(), held_target: z.string() })]),
    sql`with held (target, packets) as materialized (
        select * from unnest(string_to_array(${targets}, ' '), string_to_array(${packets}, ' ')::bigint[])
      ), places as (
        select e.containment_id, c.target, c.expires_at, e.state, e.repairs, e.dropped_packets,
          case when c.status = 'in_force' and c.in_force_at is not null and c.verification->>'applied' = 'yes'
            and (c.verification->>'effective' = 'pending' or (c.verification->>'effective' in ('silent', 'yes')
              and c.in_force_at > ${now}::timestamptz - interval '10 minutes'))
            then jsonb_build_object('incident_id', c.incident_id, 'in_force_at', c.in_force_at,
              'verification', c.verification) end as open
        from enforcements e join containments c on c.id = e.containment_id
        where e.point_id = ${pointId} and e.state <> 'released'
          and c.status = any(${[...enforcedStatuses]}::text[]) and c.expires_at > ${now}
      )
      select places.*, held.target as held_target, held.target is not null as is_held, nullif(held.packets, -1) as packets
      from places full join held on held.target = places.target
      where places.containment_id is null or places.open is not null or held.packets > places.dropped_packets
        or (held.target is null and places.state <> 'drifted')
      order by places.target, places.expires_at`,
  );
  const places: PlaceRead[] = [];
  const excess: string[] = [];
  for (const row of rows)
    if (row.containment_id === null) excess.push(row.held_target);
    else places.push(row);
  return { places, excess };
}
