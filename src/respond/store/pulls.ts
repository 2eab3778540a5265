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

/** `detail` keeps the ETag that the consumer has now. */
export const savePull = (tx: Tx, pull: { pointId: string; etag: string; at: Date }) =>
  tx.run(sql`update enforcement_points set last_seen_at = ${pull.at}, is_connected = true, detail = ${pull.etag}
    where id = ${pull.pointId}`);

/** A consumer that has not come for so long holds nothing that we could count on. */
export const retireStalePulls = (tx: Tx, before: Date, now: Date) =>
  tx.run(sql`update enforcement_points set retired_at = ${now}, is_connected = false
    where level = 'pulled' and retired_at is null and last_seen_at < ${before}`);
