import { z } from 'zod';

/** DESIGN §5: proposed → awaiting_approval → ordered → in_force → releasing → released; and refused, failed, uncertain, unverifiable. */
export const ContainmentStatus = z.enum([
  'proposed',
  'awaiting_approval',
  'ordered',
  'in_force',
  'releasing',
  'released',
  'refused',
  'failed',
  'uncertain',
  'unverifiable',
]);
export type ContainmentStatus = z.infer<typeof ContainmentStatus>;

/** OpenC2 verb and target: what is contained. */
export const ContainmentKind = z.enum(['deny-address', 'deny-range']);
export type ContainmentKind = z.infer<typeof ContainmentKind>;

/** How far a rule and action may go by itself. */
export const LadderLevel = z.enum(['shadow', 'suggest', 'approve', 'auto']);
export type LadderLevel = z.infer<typeof LadderLevel>;

/** Two facts (DESIGN promise 2): applied was read back; effective was seen from traffic. */
export const Verification = z.object({
  applied: z.enum(['pending', 'yes', 'no', 'not_readable']),
  applied_at: z.string().nullable(),
  effective: z.enum(['pending', 'yes', 'no', 'silent', 'not_observable']),
  effective_at: z.string().nullable(),
  /** Packets dropped since it is in force, where the point counts them. */
  dropped_packets: z.int(),
  detail: z.string(),
});
export type Verification = z.infer<typeof Verification>;

/** Where a containment stands at one enforcement point. */
export const PointState = z.enum(['pending', 'applied', 'held_back', 'drifted', 'released']);
export type PointState = z.infer<typeof PointState>;

/** Gates of decide() in the words people see. */
export const DecisionStep = z.object({
  check: z.string(),
  outcome: z.enum(['pass', 'hold', 'forbid', 'note']),
  reason: z.string(),
});
export type DecisionStep = z.infer<typeof DecisionStep>;

export const Containment = z.object({
  id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  kind: ContainmentKind,
  /** Canonical address or range. */
  target: z.string(),
  status: ContainmentStatus,
  /** Ladder level at which it was decided. shadow: nothing is enforced, the row shows what would have happened. */
  level: LadderLevel,
  reason: z.string(),
  /** The steps of decide(), in order, as shown to people. */
  decision: z.array(DecisionStep),
  requested_by: z.string(),
  incident_id: z.string().nullable(),
  rule_id: z.string().nullable(),
  playbook_id: z.string().nullable(),
  execution_id: z.string().nullable(),
  /** Which time this incident had this target contained by this playbook; 0 is the first. */
  occasion: z.int(),
  verification: Verification,
  /** "n of m points": one entry for each point that must hold it. */
  points: z.array(
    z.object({ point_id: z.string(), state: PointState, applied_at: z.string().nullable(), detail: z.string() }),
  ),
  /** Times the attack fired again while this was there. */
  refire_count: z.int(),
  escalation: z.int(),
  duration_s: z.int(),
  is_demonstration: z.boolean(),
  created_at: z.date(),
  ordered_at: z.date().nullable(),
  in_force_at: z.date().nullable(),
  expires_at: z.date().nullable(),
  released_at: z.date().nullable(),
  release_reason: z.string().nullable(),
  released_by: z.string().nullable(),
  /** Why it waits for a person, and who decided. */
  approval_reason: z.string().nullable(),
  approved_by: z.string().nullable(),
  revision: z.int(),
});
export type Containment = z.infer<typeof Containment>;
