import { z } from 'zod';
import { SeverityId } from './severity.ts';

/** OCSF Incident Finding (2005) status_id by name. */
export const incidentStatusIds = { new: 1, in_progress: 2, on_hold: 3, resolved: 4, closed: 5 } as const;
export const IncidentStatus = z.enum(['new', 'in_progress', 'on_hold', 'resolved', 'closed']);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** suspected: an automatic group; declared: a person, or a policy the owner wrote, said so. */
export const IncidentStage = z.enum(['suspected', 'declared']);
export type IncidentStage = z.infer<typeof IncidentStage>;

/** OCSF verdict_id by name. */
export const verdictIds = {
  false_positive: 1,
  true_positive: 2,
  disregard: 3,
  suspicious: 4,
  benign: 5,
  test: 6,
  insufficient_data: 7,
  security_risk: 8,
  managed_externally: 9,
  duplicate: 10,
} as const;
export const Verdict = z.enum(Object.keys(verdictIds) as [keyof typeof verdictIds]);
export type Verdict = keyof typeof verdictIds;

/** One term of the risk: risk = sum of the points, cut to 0..100. */
export const RiskTerm = z.object({ name: z.string(), points: z.number(), reason: z.string() });
export type RiskTerm = z.infer<typeof RiskTerm>;

export const Incident = z.object({
  id: z.string(),
  /** Short number for people: "incident 7". */
  number: z.int(),
  tenant_id: z.string(),
  site_id: z.string(),
  title: z.string(),
  stage: IncidentStage,
  status: IncidentStatus,
  severity_id: SeverityId,
  risk_score: z.number(),
  risk_terms: z.array(RiskTerm),
  /** The entity that the incident is about, and the cause it shares. One open incident per pair. */
  entity_type: z.string(),
  entity_value: z.string(),
  cause: z.string(),
  finding_count: z.int(),
  /** A lower bound: of the rule that counted the most, because two rules may count the same events. */
  event_count: z.int(),
  first_seen_at: z.date(),
  last_seen_at: z.date(),
  declared_at: z.date().nullable(),
  declared_by: z.string().nullable(),
  assignee: z.string().nullable(),
  verdict: Verdict.nullable(),
  verdict_by: z.string().nullable(),
  is_demonstration: z.boolean(),
  revision: z.int(),
  created_at: z.date(),
  updated_at: z.date(),
  closed_at: z.date().nullable(),
});
export type Incident = z.infer<typeof Incident>;
