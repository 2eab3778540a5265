import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Containment } from '../../schema/containment.ts';
import { enforcedStatuses, openStatuses } from '../contain/transitions.ts';
import type { ContainmentQuery } from '../containments.ts';
import type { ContainmentRequest } from '../guard/facts.ts';

const columns = sql`c.id, c.tenant_id, c.site_id, c.kind, c.target, c.status, c.level, c.reason, c.decision, c.requested_by,
  c.incident_id, c.rule_id, c.playbook_id, c.execution_id, c.occasion, c.verification, c.escalation, c.duration_s,
  c.refire_count, c.is_demonstration, c.created_at, c.ordered_at, c.in_force_at, c.expires_at, c.released_at,
  c.release_reason, c.released_by, c.approval_reason, c.approved_by, c.revision,
  (select coalesce(json_agg(json_build_object('point_id', e.point_id, 'state', e.state, 'applied_at', e.applied_at,
     'detail', e.detail) order by e.point_id), '[]') from enforcements e where e.containment_id = c.id) as points`;

const idRow = z.object({ id: z.string() });
const Inserted = z.object({ ids: z.array(z.string()) });

/** A containment with what was asked for it. */
export interface NewContainment {
  containment: Containment;
  request: ContainmentRequest;
}

/**
 * Inserts what is not there yet, with a place at every point that must hold it (not retired, same tenant, demonstration with
 * demonstration). Gives the ids inserted; `again`: one that is there fails the transaction (40001).
 */
export async function insertContainments(
  tx: Tx,
  entries: readonly NewContainment[],
  ifThere: 'again' | 'exists',
): Promise<string[]> {
  const rows = entries.map(({ containment: c, request }) => ({ ...c, request, step_id: request.stepId ?? null }));
  const { ids } = await tx.one(
    Inserted,
    sql`
    with fresh as (
      insert into containments (id, tenant_id, site_id, kind, target, status, level, reason, decision, request, requested_by,
        incident_id, rule_id, playbook_id, step_id, execution_id, occasion, verification, escalation, duration_s, refire_count,
        is_demonstration, created_at, ordered_at, expires_at, approval_reason, approved_by, revision)
      select id, tenant_id, site_id, kind, target, status, level, reason, decision, request, requested_by,
        incident_id, rule_id, playbook_id, step_id, execution_id, occasion, verification, escalation, duration_s, refire_count,
        is_demonstration, created_at, ordered_at, expires_at, approval_reason, approved_by, revision
      from jsonb_populate_recordset(null::containments, ${storableJson(rows)}::jsonb)
      on conflict (id) do nothing
      returning id, tenant_id, is_demonstration, status
    ), places as (
      insert into enforcements (containment_id, point_id, tenant_id)
      select fresh.id, p.id, fresh.tenant_id from fresh join enforcement_points p
        on p.tenant_id = fresh.tenant_id and p.is_demonstration = fresh.is_demonstration and p.retired_at is null
      where fresh.status = 'ordered'
    )
    select coalesce(array_agg(id), '{}') as ids, ${ifThere === 'exists'} or unchanged(count(*) = ${rows.length}) as holds from fresh`,
  );
  return ids;
}

/** Gives an approved containment its places. */
export const placeContainment = (tx: Tx, id: string) =>
  tx.run(sql`
    insert into enforcements (containment_id, point_id, tenant_id)
    select c.id, p.id, c.tenant_id from containments c join enforcement_points p
      on p.tenant_id = c.tenant_id and p.is_demonstration = c.is_demonstration and p.retired_at is null
    where c.id = ${id}
    on conflict (containment_id, point_id) do update set state = 'pending', applied_at = null, repairs = 0`);

export const containmentById = (tx: Tx, id: string) =>
  tx.maybe(Containment, sql`select ${columns} from containments c where c.id = ${id}`);

export const lockContainment = (tx: Tx, id: string) =>
  tx.maybe(Containment, sql`select ${columns} from containments c where c.id = ${id} for update of c`);

export const lockContainments = (tx: Tx, ids: readonly string[]) =>
  tx.many(
    Containment,
    sql`select ${columns} from containments c where c.id = any(${[...ids]}::text[]) order by c.id for update of c`,
  );

export async function requestOf(tx: Tx, id: string): Promise<ContainmentRequest> {
  const row = await tx.one(
    z.object({ request: z.custom<ContainmentRequest>((value) => typeof value === 'object' && value !== null) }),
    sql`select request from containments where id = ${id}`,
  );
  return row.request;
}

/** Writes what may change; the caller holds the row's lock. */
export const saveContainments = (tx: Tx, list: readonly Containment[]) =>
  tx.run(sql`
    update containments c set status = n.status, level = n.level, decision = n.decision, verification = n.verification,
      escalation = n.escalation, duration_s = n.duration_s, ordered_at = n.ordered_at, in_force_at = n.in_force_at,
      expires_at = n.expires_at, released_at = n.released_at, release_reason = n.release_reason,
      released_by = n.released_by, approval_reason = n.approval_reason, approved_by = n.approved_by, revision = n.revision
    from jsonb_populate_recordset(null::containments, ${storableJson(list)}::jsonb) n
    where c.id = n.id`);

export const containmentsOfIncident = (tx: Tx, incidentId: string) =>
  tx.many(
    Containment,
    sql`select ${columns} from containments c where c.incident_id = ${incidentId} order by c.created_at, c.id`,
  );

export const listContainments = (tx: Tx, query: ContainmentQuery) =>
  tx.many(
    Containment,
    sql`select ${columns} from containments c
      where c.tenant_id = ${query.tenantId}
        and (${query.statuses ? [...query.statuses] : null}::text[] is null or c.status = any(${query.statuses ? [...query.statuses] : null}::text[]))
        and (${query.isDemonstration ?? null}::boolean is null or c.is_demonstration = ${query.isDemonstration ?? null})
        and not (${query.withoutShadow ?? false}::boolean and c.level = 'shadow')
        and (${query.incidentId ?? null}::text is null or c.incident_id = ${query.incidentId ?? null})
        and (${query.target ?? null}::text is null or c.target = ${query.target ?? null})
        and (${query.before?.createdAt ?? null}::timestamptz is null
          or (c.created_at, c.id) < (${query.before?.createdAt ?? null}::timestamptz, ${query.before?.id ?? null}::text))
      order by c.created_at desc, c.id desc limit ${query.limit}`,
  );

async function idsOf(tx: Tx, query: ReturnType<typeof sql>): Promise<string[]> {
  return (await tx.many(idRow, query)).map(({ id }) => id);
}

/** Not over, of an incident, a tenant, or touching a range. */
export const openIds = (
  tx: Tx,
  where: { incidentId?: string; tenantId?: string; range?: string; isDemonstration?: boolean },
) =>
  idsOf(
    tx,
    sql`select id from containments c where status = any(${[...openStatuses]}::text[])
      and (${where.incidentId ?? null}::text is null or incident_id = ${where.incidentId ?? null})
      and (${where.tenantId ?? null}::text is null or tenant_id = ${where.tenantId ?? null})
      and (${where.isDemonstration ?? null}::boolean is null or is_demonstration = ${where.isDemonstration ?? null})
      and (${where.range ?? null}::text is null
        or case when kind like 'deny-%' then target::inet && ${where.range ?? null}::inet end)
      order by id`,
  );

/** Open and past their end, or releasing with nobody left who holds them. */
export const dueIds = (tx: Tx, now: Date, limit: number) =>
  idsOf(
    tx,
    sql`select id from containments where status = any(${[...openStatuses]}::text[])
        and status <> 'releasing' and expires_at <= ${now}
      order by expires_at limit ${limit} for update skip locked`,
  );

export const countRefires = (tx: Tx, ids: readonly string[]) =>
  tx.run(
    sql`update containments set refire_count = refire_count + 1, revision = revision + 1 where id = any(${[...ids]}::text[])`,
  );

export const markWrong = (tx: Tx, incidentId: string) =>
  tx.run(sql`update containments set is_wrong = true where incident_id = ${incidentId}`);

/** Targets of these that no other live containment of the same kind of place wants. */
export const unwantedTargets = (tx: Tx, targets: readonly string[], now: Date, isDemonstration: boolean) =>
  tx
    .many(
      z.object({ target: z.string() }),
      sql`select target from unnest(${[...targets]}::text[]) as gone (target)
        where not exists (select 1 from containments c where c.target = gone.target and c.expires_at > ${now}
          and c.is_demonstration = ${isDemonstration} and c.status = any(${[...enforcedStatuses]}::text[]))`,
    )
    .then((rows) => rows.map(({ target }) => target));

/** Open although the owner's list covers them: ordered while the entry was being added. */
export const coveredIds = (tx: Tx) =>
  tx.many(
    z.object({ id: z.string(), range: z.string() }),
    sql`select c.id, p.range from protected_entities p join containments c on c.tenant_id = p.tenant_id
        where c.status = any(${[...openStatuses]}::text[]) and c.status <> 'releasing' and c.kind like 'deny-%'
          and c.target::inet && p.range::inet
        limit 500`,
  );

/** Ordered for a while, and there is no point that could hold it. */
export const unplacedIds = (tx: Tx, orderedBefore: Date) =>
  tx.many(
    idRow,
    sql`select id from containments c where status = 'ordered' and ordered_at < ${orderedBefore}
      and not exists (select 1 from enforcements e where e.containment_id = c.id) limit 500`,
  );
