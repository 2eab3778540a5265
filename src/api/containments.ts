import { z } from 'zod';
import { Containment, ContainmentStatus } from '../schema/containment.ts';
import { route } from './route.ts';
import { Id, Iso, page, pageQuery, Reason } from './wire.ts';

export const WireContainment = Containment.extend({
  created_at: Iso,
  ordered_at: Iso.nullable(),
  in_force_at: Iso.nullable(),
  expires_at: Iso.nullable(),
  released_at: Iso.nullable(),
});
export type WireContainment = z.infer<typeof WireContainment>;

/** What one enforcement point says of one containment. */
export const WireEnforcement = z.object({
  point_id: Id,
  /** 'nftables', 'blocklist', 'recorder', … */
  point_kind: z.string(),
  host: z.string(),
  /** How far the point can tell: read back, pulled at, or published. */
  level: z.enum(['read_back', 'pulled', 'published']),
  state: z.string(),
  since: Iso.nullable(),
  detail: z.string(),
});
export type WireEnforcement = z.infer<typeof WireEnforcement>;

export const ContainmentDetail = z.object({ containment: WireContainment, enforcements: z.array(WireEnforcement) });
export type ContainmentDetail = z.infer<typeof ContainmentDetail>;

const params = z.object({ id: Id });
const DurationS = z
  .int()
  .min(10)
  .max(30 * 86_400);
const edit = { params, reply: WireContainment, revisioned: true } as const;

export const listContainments = route({
  id: 'listContainments',
  method: 'GET',
  path: '/v1/containments',
  permission: 'containment.read',
  summary: 'What is enforced now, who asked for it, why and until when.',
  query: z.object({
    ...pageQuery,
    /** live: ordered, in force, releasing, uncertain or unverifiable; waiting: for a person's yes, as they await approval or are suggested; all: everything, newest first. */
    scope: z.enum(['live', 'waiting', 'all']).default('live'),
    status: ContainmentStatus.optional(),
    incident_id: Id.optional(),
    target: z.string().max(100).optional(),
  }),
  reply: page(WireContainment),
});

export const getContainment = route({
  id: 'getContainment',
  method: 'GET',
  path: '/v1/containments/:id',
  permission: 'containment.read',
  summary: 'A containment with the checks that decided it and what each enforcement point says.',
  params,
  reply: ContainmentDetail,
  revisioned: true,
});

/**
 * Status 201: ordered. Status 202: awaits approval. A refusal is the problem RESPOND.REFUSED (409) with the checks in `decision`.
 */
export const denyAddress = route({
  id: 'denyAddress',
  method: 'POST',
  path: '/v1/containments',
  permission: 'containment.deny',
  summary: 'Deny an address or range for a time. The guardrails decide; the answer has their reasons.',
  body: z.object({
    /** An address, or a range `address/prefix`. */
    target: z.string().min(2).max(100),
    duration_s: DurationS.default(3_600),
    reason: Reason,
    incident_id: Id.optional(),
  }),
  reply: WireContainment,
  status: 201,
});

export const releaseContainment = route({
  id: 'releaseContainment',
  method: 'POST',
  path: '/v1/containments/:id/release',
  permission: 'containment.release',
  summary: 'Let go now.',
  body: z.object({ reason: Reason }),
  ...edit,
});

export const approveContainment = route({
  id: 'approveContainment',
  method: 'POST',
  path: '/v1/containments/:id/approve',
  permission: 'containment.approve',
  summary: 'Say yes to a containment that awaits it. Never by the person who asked for it.',
  body: z.object({ reason: Reason }),
  ...edit,
});

export const refuseContainment = route({
  id: 'refuseContainment',
  method: 'POST',
  path: '/v1/containments/:id/refuse',
  permission: 'containment.approve',
  summary: 'Say no to a containment that awaits approval.',
  body: z.object({ reason: Reason }),
  ...edit,
});

export const extendContainment = route({
  id: 'extendContainment',
  method: 'POST',
  path: '/v1/containments/:id/extend',
  permission: 'containment.deny',
  summary: 'Let it end later: `duration_s` counts from now.',
  body: z.object({ duration_s: DurationS, reason: Reason }),
  ...edit,
});
