import { z } from 'zod';
import { LadderLevel } from '../schema/containment.ts';
import { route } from './route.ts';
import { Iso } from './wire.ts';

/** How far an action may go for a rule by itself. */
export const Arming = z.object({
  action: z.string(),
  level: LadderLevel,
  armed_at: Iso.nullable(),
  armed_by: z.string().nullable(),
});

export const WireRule = z.object({
  id: z.string(),
  title: z.string(),
  level: z.string().nullable(),
  status: z.string().nullable(),
  description: z.string().nullable(),
  /** ATT&CK techniques, as T1110 or T1110.001. */
  technique_ids: z.array(z.string()),
  /** Whether it alerts: makes findings of its own. A rule may only feed a correlation, and a filter never alerts. */
  is_reporting: z.boolean(),
  /** Hash of the document. */
  version: z.string(),
  file: z.string(),
  kind: z.enum(['rule', 'correlation', 'filter']),
  armings: z.array(Arming),
});
export type WireRule = z.infer<typeof WireRule>;

export const LoadError = z.object({
  file: z.string(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  code: z.string(),
  message: z.string(),
  fix: z.string(),
});
export type LoadError = z.infer<typeof LoadError>;

/** What a rule and action would have done while in shadow. */
export const ShadowRecord = z.object({
  rule_id: z.string(),
  action: z.string(),
  level: LadderLevel,
  /** All there ever were; the arming says it back as `shadow_seen`. */
  count: z.int(),
  latest: z.array(z.object({ target: z.string(), at: Iso, reason: z.string(), would_have: z.string() })),
  /** What is never contained, for the confirmation. */
  protected_set: z.array(
    z.object({ range: z.string(), reason: z.string(), source: z.enum(['compiled_in', 'host', 'owner']) }),
  ),
});
export type ShadowRecord = z.infer<typeof ShadowRecord>;

const params = z.object({ id: z.string().min(1).max(200), action: z.string().min(1).max(100) });

export const listRules = route({
  id: 'listRules',
  method: 'GET',
  path: '/v1/rules',
  permission: 'rule.read',
  summary: 'Loaded rules, and the files that could not be loaded with line and fix.',
  reply: z.object({ items: z.array(WireRule), errors: z.array(LoadError), content_version: z.string() }),
});

export const getShadowRecord = route({
  id: 'getShadowRecord',
  method: 'GET',
  path: '/v1/rules/:id/actions/:action/shadow',
  permission: 'rule.read',
  summary: 'What this rule and action would have done so far.',
  params,
  reply: ShadowRecord,
});

export const armRule = route({
  id: 'armRule',
  method: 'PUT',
  path: '/v1/rules/:id/actions/:action/arming',
  permission: 'rule.arm',
  summary: 'Let an action of a rule go further, after its shadow record was seen and the protected set confirmed.',
  params,
  body: z.object({
    level: LadderLevel,
    /** `count` of the shadow record that was shown. Not needed to go down to shadow. */
    shadow_seen: z.int().min(0).default(0),
    protected_confirmed: z.boolean().default(false),
  }),
  reply: Arming,
});
