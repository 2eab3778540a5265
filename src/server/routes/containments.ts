import {
  approveContainment,
  denyAddress,
  extendContainment,
  getContainment,
  listContainments,
  refuseContainment,
  releaseContainment,
} from '../../api/containments.ts';
import { getBlocklist } from '../../api/blocklists.ts';
import type { Actor } from '../../access/index.ts';
import type { Database } from '../../db/index.ts';
import type { Containments, Enforcement, RequestOutcome } from '../../respond/index.ts';
import type { Containment, ContainmentStatus } from '../../schema/containment.ts';
import { incidentById } from '../../triage/index.ts';
import { errors } from '../errors.ts';
import { pageOf, readCursor } from '../http/cursor.ts';
import { RefusedByPolicy } from '../http/problem.ts';
import { on, type Owned } from '../http/register.ts';

const scopes: Record<'live' | 'waiting', readonly ContainmentStatus[]> = {
  live: ['ordered', 'in_force', 'releasing', 'uncertain', 'unverifiable'],
  waiting: ['awaiting_approval', 'proposed'],
};

const byOf = (actor: Actor, body: { reason: string }) => ({ actor: actor.id, reason: body.reason });

/** The containment, or the guardrails' no as a problem with its checks. */
function settled(result: RequestOutcome): Containment {
  if (result.outcome !== 'refused') return result.containment;
  const said = result.decision.steps.find((step) => step.outcome === 'forbid');
  throw new RefusedByPolicy(said?.reason ?? 'The guardrails refuse this.', result.decision.steps);
}

export function containmentRoutes(room: {
  db: Database;
  containments: Containments;
  enforcement: Enforcement;
  /** The list's text with its ETag; undefined: there is no such list. */
  blocklist(name: string, tenantId: string, consumer?: string): Promise<{ text: string; etag: string } | undefined>;
}): Owned[] {
  const { db, containments } = room;
  /** Of this tenant, as it is now and at the revision that the caller saw. */
  const found = async (actor: Actor, id: string, seen: { revision?: number } = {}): Promise<Containment> => {
    const containment = await containments.byId(db.read, id);
    if (!containment || containment.tenant_id !== actor.tenantId) throw errors.NO_SUCH_THING(['containment', id]);
    if (seen.revision !== undefined && seen.revision !== containment.revision) throw errors.CHANGED_MEANWHILE([]);
    return containment;
  };

  return [
    on(listContainments, async ({ query, actor }) => {
      const before = readCursor(query.cursor);
      const rows = await containments.list(db.read, {
        tenantId: actor.tenantId,
        ...(query.status
          ? { statuses: [query.status] }
          : query.scope === 'all'
            ? {}
            : { statuses: scopes[query.scope], withoutShadow: query.scope === 'waiting' }),
        ...(query.incident_id === undefined ? {} : { incidentId: query.incident_id }),
        ...(query.target === undefined ? {} : { target: query.target }),
        ...(before ? { before: { createdAt: before.at, id: before.id } } : {}),
        limit: query.limit + 1,
      });
      return pageOf(rows, query.limit, ({ created_at, id }) => ({ at: created_at, id }));
    }),
    on(getContainment, async ({ params, actor }) => {
      const containment = await found(actor, params.id);
      const points = new Map((await room.enforcement.states()).map((point) => [point.id, point]));
      return {
        containment,
        enforcements: containment.points.map((held) => {
          const point = points.get(held.point_id);
          return {
            point_id: held.point_id,
            point_kind: point?.kind ?? 'retired',
            host: point?.host ?? '',
            level: point?.level ?? 'published',
            state: held.state,
            since: held.applied_at,
            detail: held.detail,
          };
        }),
      };
    }),
    on(denyAddress, async ({ body, actor, reply }) => {
      const incident = body.incident_id === undefined ? undefined : await incidentById(db.read, body.incident_id);
      if (body.incident_id !== undefined && incident?.tenant_id !== actor.tenantId)
        throw errors.NO_SUCH_THING(['incident', body.incident_id]);
      const result = await containments.request({
        tenantId: actor.tenantId,
        siteId: incident?.site_id ?? 'default',
        kind: body.target.includes('/') ? 'deny-range' : 'deny-address',
        target: body.target,
        requestedBy: actor.id,
        ...(incident ? { incidentId: incident.id } : {}),
        severityId: incident?.severity_id ?? 0,
        durationS: body.duration_s,
        reason: body.reason,
        isDemonstration: incident?.is_demonstration ?? false,
      });
      const containment = settled(result);
      if (result.outcome === 'awaiting_approval' || result.outcome === 'proposed') reply.code(202);
      return containment;
    }),
    on(releaseContainment, async ({ params, body, actor, revision }) => {
      await found(actor, params.id, revision);
      return containments.release(params.id, byOf(actor, body));
    }),
    on(approveContainment, async ({ params, body, actor, revision }) => {
      await found(actor, params.id, revision);
      return settled(await containments.approve(params.id, byOf(actor, body)));
    }),
    on(refuseContainment, async ({ params, body, actor, revision }) => {
      await found(actor, params.id, revision);
      return containments.refuse(params.id, byOf(actor, body));
    }),
    on(extendContainment, async ({ params, body, actor, revision }) => {
      await found(actor, params.id, revision);
      return containments.extend(params.id, body.duration_s, byOf(actor, body));
    }),
    on(getBlocklist, async ({ params, actor, request, reply }) => {
      // A person who looks is no firewall that pulls.
      const consumer = actor.kind === 'token' ? actor.id : undefined;
      const list = await room.blocklist(params.name, actor.tenantId, consumer);
      if (!list) throw errors.NO_SUCH_THING(['block list', params.name]);
      reply.header('etag', list.etag).header('cache-control', 'no-cache');
      if (request.headers['if-none-match'] === list.etag) {
        reply.code(304);
        return '';
      }
      return list.text;
    }),
  ];
}
