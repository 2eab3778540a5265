import { idFrom, newId } from '../../base/ids.ts';
import type { Transaction } from '../../db/index.ts';
import { append, type LedgerEntry } from '../../ledger/index.ts';
import type { Containment } from '../../schema/containment.ts';
import type { ContainmentRequest, Decision, Facts } from '../guard/facts.ts';
import { goesOnAfter, type Attack } from '../guard/attack.ts';
import { gatherFacts, type Ask, type Gathered } from '../guard/gather-facts.ts';
import type { RespondSettings } from '../settings.ts';
import { countRefires, insertContainments, type NewContainment } from '../store/containments.ts';
import type { StoredFacts } from '../store/facts.ts';
import { createSpending } from './spending.ts';

/** A request of the fast path belongs to one incident and playbook: its ids follow from them, and from the occasion. */
export interface PlacedAsk extends Ask {
  episode?: { incidentId: string; playbookId: string; stepId: string };
}

export type Placed =
  | { outcome: 'new'; containment: Containment; decision: Decision; executionId: string | undefined }
  /** It is there already, or over and the attack did not go on since. */
  | { outcome: 'exists'; containmentId: string };

/**
 * Decides requests and writes what came of it, all in the caller's transaction: budgets, containments with their places,
 * ledger. Nothing is attempted before that commits. `again`: nothing is waited for, and what somebody else was first to
 * place fails the transaction as a conflict; `exists`: it is told.
 */
export async function placeRequests(
  tx: Transaction,
  asks: readonly PlacedAsk[],
  settings: RespondSettings,
  ifThere: 'again' | 'exists',
): Promise<Placed[]> {
  if (asks.length === 0) return [];
  const nowMs = settings.clock.now();
  const now = new Date(nowMs);
  const gathered = await gatherFacts(tx, asks, settings, now);
  const occasions = occasionsOf(asks, gathered, now);
  const spending = createSpending(settings.policies);
  const placed: Placed[] = [];
  const fresh: NewContainment[] = [];
  const refired: string[] = [];
  const entries: LedgerEntry[] = [];
  for (const [index, ask] of asks.entries()) {
    const found = gathered[index];
    if (!found) continue;
    const { latest } = found.stored;
    if (latest && ask.episode && !isNewOccasion(latest, ask.attack, now)) {
      refired.push(latest.id);
      placed.push({ outcome: 'exists', containmentId: latest.id });
      continue;
    }
    const occasion = ask.episode ? (occasions.get(groupOf(ask.episode)) ?? 0) : 0;
    const executionId = ask.episode
      ? idFrom('execution', ask.episode.playbookId, ask.episode.incidentId, String(occasion))
      : ask.request.executionId;
    const request: ContainmentRequest = {
      ...ask.request,
      ...(found.ruleId !== undefined && { ruleId: found.ruleId }),
      ...(executionId !== undefined && { executionId }),
    };
    const decision = spending.decide(request, found.facts);
    const id =
      executionId !== undefined && request.stepId !== undefined
        ? idFrom('containment', executionId, request.stepId, decision.target)
        : newId('containment', nowMs);
    const containment = containmentOf(id, request, decision, found.facts, {
      occasion,
      nowMs,
      approvalS: settings.approvalS,
    });
    fresh.push({ containment, request });
    entries.push(entryOf(containment, decision, nowMs));
    placed.push({ outcome: 'new', containment, decision, executionId });
  }
  if (refired.length > 0) tx.later(countRefires(tx, refired));
  if (fresh.length === 0) return placed;
  spending.settle(tx, now);
  tx.later(append(tx, entries));
  const inserting = insertContainments(tx, fresh, ifThere);
  if (ifThere === 'again') {
    tx.later(inserting);
    return placed;
  }
  const inserted = new Set(await inserting);
  return placed.map((one) =>
    one.outcome === 'new' && !inserted.has(one.containment.id)
      ? { outcome: 'exists', containmentId: one.containment.id }
      : one,
  );
}

function groupOf(episode: { incidentId: string; playbookId: string }): string {
  return `${episode.incidentId} ${episode.playbookId}`;
}

/** The occasion of each (incident, playbook): one more than the highest that is over and whose attack goes on. */
function occasionsOf(asks: readonly PlacedAsk[], gathered: readonly Gathered[], now: Date): Map<string, number> {
  const occasions = new Map<string, number>();
  for (const [index, { episode, attack }] of asks.entries()) {
    const latest = gathered[index]?.stored.latest;
    if (!episode || (latest && !isNewOccasion(latest, attack, now))) continue;
    const occasion = latest ? latest.occasion + 1 : 0;
    occasions.set(groupOf(episode), Math.max(occasion, occasions.get(groupOf(episode)) ?? 0));
  }
  return occasions;
}

type Latest = NonNullable<StoredFacts['latest']>;

/** Over, and the attack was seen again after it ended; a refusal holds until its own end. */
function isNewOccasion(latest: Latest, attack: Attack | undefined, now: Date): boolean {
  const endedAt = endOf(latest, now);
  if (endedAt === undefined) return false;
  return latest.status === 'refused' || (attack !== undefined && goesOnAfter(attack, endedAt));
}

/**
 * When it ceased to hold: points let go by themselves at its expiry, however late that is noticed and written down. What
 * waits for a person, or was released by one and is on its way, is not over.
 */
function endOf({ status, released_at: releasedAt, expires_at: expiresAt }: Latest, now: Date): Date | undefined {
  const hasExpired = expiresAt !== null && expiresAt <= now;
  if (status === 'awaiting_approval') return undefined;
  if (status === 'released' && releasedAt !== null)
    return expiresAt !== null && expiresAt < releasedAt ? expiresAt : releasedAt;
  return hasExpired ? expiresAt : undefined;
}

const noVerification = {
  applied: 'pending',
  applied_at: null,
  effective: 'pending',
  effective_at: null,
  dropped_packets: 0,
  detail: '',
} as const;

function containmentOf(
  id: string,
  request: ContainmentRequest,
  decision: Decision,
  facts: Facts,
  at: { occasion: number; nowMs: number; approvalS: number },
): Containment {
  const isOrdered = decision.outcome === 'permit';
  const isStopped = decision.steps.at(-1)?.check === 'stop_switch';
  // Shadow only for its age: over at once, so that live events of the same attack are decided anew.
  const isTooOld = decision.outcome === 'shadow' && facts.level !== 'shadow';
  const waitS = {
    permit: decision.durationS,
    shadow: isTooOld ? 0 : decision.durationS,
    needs_approval: at.approvalS,
    suggest: at.approvalS,
    // A refusal is not repeated for as long as the containment would have held.
    forbid: isStopped ? 0 : decision.durationS,
  }[decision.outcome];
  return {
    id,
    tenant_id: request.tenantId,
    site_id: request.siteId,
    kind: request.kind,
    target: decision.target,
    status: statusOf[decision.outcome],
    level: decision.level,
    reason: request.reason,
    decision: decision.steps,
    requested_by: request.requestedBy,
    incident_id: request.incidentId ?? null,
    rule_id: request.ruleId ?? null,
    playbook_id: request.playbookId ?? null,
    execution_id: request.executionId ?? null,
    occasion: at.occasion,
    verification: noVerification,
    points: [],
    refire_count: 0,
    escalation: decision.escalation,
    duration_s: decision.durationS,
    is_demonstration: request.isDemonstration,
    created_at: new Date(at.nowMs),
    ordered_at: isOrdered ? new Date(at.nowMs) : null,
    in_force_at: null,
    expires_at: new Date(at.nowMs + waitS * 1_000),
    released_at: null,
    release_reason: null,
    released_by: null,
    approval_reason: decision.approvalReason ?? null,
    approved_by: null,
    revision: 1,
  };
}

const statusOf = {
  permit: 'ordered',
  needs_approval: 'awaiting_approval',
  suggest: 'proposed',
  shadow: 'proposed',
  forbid: 'refused',
} as const;

const words = {
  permit: 'is ordered',
  needs_approval: 'waits for a person',
  suggest: 'is suggested',
  shadow: 'would be done (shadow)',
  forbid: 'is refused',
} as const;

export function entryOf(containment: Containment, decision: Decision, nowMs: number): LedgerEntry {
  const last = decision.steps.at(-1)?.reason ?? '';
  const kind = decision.outcome === 'shadow' ? 'shadowed' : containment.status;
  return {
    tenant_id: containment.tenant_id,
    at: nowMs,
    kind: `containment.${kind}`,
    actor: containment.requested_by,
    ...(containment.incident_id !== null && { incident_id: containment.incident_id }),
    subject: containment.id,
    summary: `${containment.kind} ${containment.target} for ${containment.duration_s} s ${words[decision.outcome]}: ${
      decision.outcome === 'permit' ? containment.reason : (decision.approvalReason ?? last)
    }`,
    body: {
      target: containment.target,
      kind: containment.kind,
      outcome: decision.outcome,
      steps: decision.steps,
      duration_s: containment.duration_s,
      escalation: containment.escalation,
      rule_id: containment.rule_id,
      playbook_id: containment.playbook_id,
      execution_id: containment.execution_id,
      expires_at: containment.expires_at,
      is_demonstration: containment.is_demonstration,
    },
  };
}
