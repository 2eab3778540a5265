import { z } from 'zod';
import { EventReference } from './event.ts';
import { SeverityId } from './severity.ts';
import { Subject } from './subject.ts';

export const Attack = z.object({ technique_id: z.string(), tactic: z.string().optional() });

/** A copy of an event that supports a finding: kept although the history forgets. */
export const EvidenceEvent = EventReference.extend({ raw_data: z.string(), time: z.int() });
export type EvidenceEvent = z.infer<typeof EvidenceEvent>;

/** What a rule produced: OCSF Detection Finding (2004) in our columns; `ocsf` of the API builds the record. */
export const Finding = z.object({
  id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  rule_id: z.string(),
  rule_title: z.string(),
  rule_version: z.string(),
  severity_id: SeverityId,
  /** OCSF status_id: 1 new, 2 in progress, 3 suppressed, 4 resolved, 5 archived. */
  status_id: z.int(),
  /** Why it fired, in one sentence. */
  message: z.string(),
  /** What the rule is about, for grouping: two rules that see one attack share it (Sigma custom field `cause`, else the rule's id). */
  cause: z.string(),
  attacks: z.array(Attack),
  false_positives: z.array(z.string()),
  subjects: z.array(Subject),
  /** The correlation's group as text, empty for single events. */
  group_key: z.string(),
  source_ids: z.array(z.string()),
  first_seen_at: z.date(),
  last_seen_at: z.date(),
  event_count: z.int(),
  evidence: z.array(EvidenceEvent),
  is_demonstration: z.boolean(),
  /** Grows with every change; triage acts on (id, revision) once. */
  revision: z.int(),
  created_at: z.date(),
  updated_at: z.date(),
});
export type Finding = z.infer<typeof Finding>;
