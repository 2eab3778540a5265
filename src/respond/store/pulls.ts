import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { enforcedStatuses } from '../contain/transitions.ts';

/** Everything that is denied now and is no demonstration. */
export const listedTargets = (tx: Tx, tenantId: string, now: Date) =>
  tx.many(
    z.object({ target: z.string(), expires_at: z.date(), escalation: z.int(), is_by_person: z.boolean() }),
    sql`select target, max(expires_at) as expires_at, max(escalation) as escalation,
        bool_or(requested_by ~ '^(user--|cli:|token--)') as is_by_person
      from containments
      where tenant_id = ${tenantId} and not is_demonstration and expires_at > ${now}
        and status = any(${[...enforcedStatuses]}::text[])
      group by target`,
  );

export const savePull = (
  tx: Tx,
  pull: { pointId: string; tenantId: string; consumer: string; etag: string; at: Date },
) =>
  tx.run(sql`
    with pull as (
      insert into blocklist_pulls (point_id, consumer, tenant_id, pulled_at, etag)
      values (${pull.pointId}, ${pull.consumer}, ${pull.tenantId}, ${pull.at}, ${pull.etag})
      on conflict (point_id, consumer) do update set pulled_at = excluded.pulled_at, etag = excluded.etag
    )
    update enforcement_points set last_seen_at = ${pull.at}, is_connected = true where id = ${pull.pointId}`);
