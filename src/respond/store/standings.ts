import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';
import { Containment } from '../../schema/containment.ts';

/** How a containment stands, without what is only read by people: narrow, since it is read at every change. */
export const ContainmentStanding = Containment.pick({
  id: true,
  target: true,
  status: true,
  level: true,
  expires_at: true,
  verification: true,
}).extend({
  /** Why it was refused. */
  refusal: z.string().nullable(),
});
export type ContainmentStanding = z.infer<typeof ContainmentStanding>;

// The decision is wide: it is looked into only where it forbade.
const columns = sql`c.id, c.target, c.status, c.level, c.expires_at, c.verification,
  case when c.status = 'refused' then jsonb_path_query_first(c.decision, '$[*] ? (@.outcome == "forbid").reason') #>> '{}' end
    as refusal`;

/** In the order of the ids; an id without a containment has none. */
export const standingsOf = (tx: Tx, ids: readonly string[]) =>
  tx.many(
    ContainmentStanding,
    sql`select ${columns} from containments c where c.id = any(${[...ids]}::text[])
        order by array_position(${[...ids]}::text[], c.id)`,
  );

const Adopted = ContainmentStanding.extend({
  ...Containment.pick({ tenant_id: true, incident_id: true, kind: true }).shape,
  /** False when a run has adopted it before. */
  is_new: z.boolean(),
});

/** Marks what no run has adopted yet as this run's; gives all of them, in the order of the ids. */
export const adoptContainments = (tx: Tx, ids: readonly string[], executionId: string, now: Date) =>
  tx.many(
    Adopted,
    sql`with fresh as (
          update containments set adopted_at = ${now}, execution_id = coalesce(execution_id, ${executionId})
          where id = any(${[...ids]}::text[]) and adopted_at is null returning id
        )
        select ${columns}, c.tenant_id, c.incident_id, c.kind, fresh.id is not null as is_new
        from containments c left join fresh on fresh.id = c.id
        where c.id = any(${[...ids]}::text[]) order by array_position(${[...ids]}::text[], c.id)`,
  );
