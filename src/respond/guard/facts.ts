import type { Protection } from '../../connector/index.ts';
import type { ContainmentKind, DecisionStep, LadderLevel } from '../../schema/containment.ts';
import type { FieldTrust, ChannelTrust, Role } from '../../schema/subject.ts';

/** What somebody (a person, a token, a playbook) wants contained. */
export interface ContainmentRequest {
  tenantId: string;
  siteId: string;
  kind: ContainmentKind;
  /** Address or range as given; settled to its canonical target before anything is decided. */
  target: string;
  /** Where the value comes from, when it was read from an event; a person who types it is the source himself. */
  subject?: { role: Role; fieldTrust: FieldTrust; channelTrust: ChannelTrust };
  /** `user--…`, `token--…`, `cli:<os user>`, `execution--…`, `system:…`. */
  requestedBy: string;
  ruleId?: string;
  playbookId?: string;
  stepId?: string;
  incidentId?: string;
  executionId?: string;
  /** OCSF severity_id of the incident, 0 when there is none. */
  severityId: number;
  /** Seconds; undefined: the first of `escalationS`. Escalation may lengthen it, the maximum cuts it. */
  durationS: number | undefined;
  reason: string;
  isDemonstration: boolean;
}

export interface Budget {
  /** `tenant/kind/hour` or `rule/hour`, as people read it. */
  name: string;
  used: number;
  limit: number;
}

/** Everything decide() may know. Gathered before, so that deciding is pure. */
export interface Facts {
  /** Host, owner, asset classes and warning lists; the compiled-in set is always added. */
  protections: readonly Protection[];
  /** Addresses from which an administrator is signed in now: a hold, not immunity. */
  adminAddresses: readonly string[];
  /** Ranges that many share (proxies, CDNs, NAT): never denied. */
  sharedRanges: readonly Protection[];
  /** Tags of the asset at the target, for policies. */
  assetTags: readonly string[];
  /** Accounts that logged on from the target in 30 days, well before the attack; undefined when nothing can tell. */
  othersLogons: number | undefined;
  /** Ms since the last live event that names the target; undefined when no event stands behind the request. */
  attackAgeMs: number | undefined;
  /** Every event that names the target was recorded before and is replayed. */
  isReplayed: boolean;
  /** Why responding is stopped; undefined when it is not. */
  stopped: string | undefined;
  budgets: readonly Budget[];
  /** How far this rule and action may go by itself. */
  level: LadderLevel;
  /** Contained before, within 30 days, and never called wrong by a person. */
  earlierContainments: number;
  /** Rises by itself with every repeat: seconds for the first, second, third time. */
  escalationS: readonly number[];
  maxDurationS: number;
  /** A person has approved: holds are lifted, forbids are not. */
  isApproved: boolean;
}

export type DecisionOutcome = 'permit' | 'needs_approval' | 'forbid' | 'shadow' | 'suggest';

export interface Decision {
  outcome: DecisionOutcome;
  steps: DecisionStep[];
  /** Settled canonical target; the text as given when it is none. */
  target: string;
  durationS: number;
  /** The ladder's level that it was decided at. */
  level: LadderLevel;
  /** 0 for the first time, growing with repeats. */
  escalation: number;
  /** Why a person must decide, when outcome is needs_approval. */
  approvalReason?: string;
}
