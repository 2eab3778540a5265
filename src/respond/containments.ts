import type { Tx } from '../db/index.ts';
import type { Containment, ContainmentStatus, LadderLevel } from '../schema/containment.ts';
import type { ContainmentRequest, Decision } from './guard/facts.ts';

export type RequestOutcome =
  | { outcome: 'ordered' | 'awaiting_approval' | 'proposed'; containment: Containment; decision: Decision }
  | { outcome: 'refused'; containment: Containment; decision: Decision }
  /** The same request is already there and not over. */
  | { outcome: 'exists'; containment: Containment };

export interface ShadowRecord {
  ruleId: string;
  action: string;
  level: LadderLevel;
  /** All there ever were; confirm.shadow_seen must be this number. */
  count: number;
  latest: { target: string; at: Date; reason: string; wouldHave: string }[];
}

/** Why the kept containments end: what the caller says, and who he is. */
export interface By {
  actor: string;
  reason: string;
}

/** Contain, release, decide, protect, arm: one interface for people, API and playbooks; all pass the same guard. */
export interface Containments {
  request(request: ContainmentRequest): Promise<RequestOutcome>;
  /** Idempotent: releasing what is released gives it back unchanged. */
  release(containmentId: string, by: By): Promise<Containment>;
  releaseAll(by: By & { tenantId: string; demonstrationOnly?: boolean }): Promise<number>;
  /** Decides again with a person's yes; a forbid stays one and is told as outcome refused. */
  approve(containmentId: string, by: By): Promise<RequestOutcome>;
  refuse(containmentId: string, by: By): Promise<Containment>;
  /** Lets it end `durationS` from now, when that is later. Passes the guard again; throws RESPOND.EXTENSION_REFUSED. */
  extend(containmentId: string, durationS: number, by: By): Promise<Containment>;
  /** Releases everything the incident caused; with `isWrong` it never counts for escalation. */
  releaseOfIncident(incidentId: string, by: By & { isWrong: boolean }): Promise<number>;
  /** Adds to the owner's list and releases what it covers. */
  protect(range: string, by: By & { tenantId: string }): Promise<{ range: string; released: number }>;
  unprotect(range: string, by: By & { tenantId: string }): Promise<boolean>;
  listProtected(
    tenantId: string,
  ): Promise<{ range: string; reason: string; source: 'compiled_in' | 'host' | 'owner' }[]>;
  shadowRecord(tenantId: string, ruleId: string, action: string): Promise<ShadowRecord>;
  arm(
    arming: { tenantId: string; ruleId: string; action: string; level: LadderLevel },
    by: { actor: string; confirm: { shadowSeen: number; protectedConfirmed: boolean } },
  ): Promise<void>;
  listArmings(
    tenantId: string,
  ): Promise<{ rule_id: string; action: string; level: LadderLevel; armed_by: string; armed_at: Date }[]>;
  byId(tx: Tx, containmentId: string): Promise<Containment | undefined>;
  ofIncident(tx: Tx, incidentId: string): Promise<Containment[]>;
  list(tx: Tx, query: ContainmentQuery): Promise<Containment[]>;
  /** Ends what is over and closes what nobody decided; true when there is more to do. */
  turn(): Promise<boolean>;
}

/** Newest first; `before` is the last containment of the page before. */
export interface ContainmentQuery {
  tenantId: string;
  statuses?: readonly ContainmentStatus[];
  isDemonstration?: boolean;
  /** Without those decided at the level shadow, which nobody is asked about. */
  withoutShadow?: boolean;
  incidentId?: string;
  target?: string;
  limit: number;
  before?: { createdAt: Date; id: string };
}
