import type { Transaction, Tx } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import type { Containment } from '../../schema/containment.ts';
import type { By } from '../containments.ts';
import { errors } from '../errors.ts';
import { decide } from '../guard/decide.ts';
import type { Decision } from '../guard/facts.ts';
import { gatherFacts } from '../guard/gather-facts.ts';
import type { RespondSettings } from '../settings.ts';
import * as store from '../store/containments.ts';
import { entryOf } from './place-requests.ts';
import { createSpending } from './spending.ts';
import { advance, enforcedStatuses } from './transitions.ts';

/** Decides again with a person's yes. A forbid that came up meanwhile refuses it; a spent budget keeps it waiting. */
export async function approveIn(
  tx: Transaction,
  containmentId: string,
  by: By,
  settings: RespondSettings,
): Promise<{ containment: Containment; decision: Decision }> {
  const nowMs = settings.clock.now();
  const found = await store.lockContainment(tx, containmentId);
  if (!found) throw errors.NO_CONTAINMENT([containmentId]);
  if (found.status !== 'awaiting_approval' && found.status !== 'proposed')
    throw errors.BAD_TRANSITION([containmentId, found.status, 'ordered']);
  const request = await store.requestOf(tx, containmentId);
  const ask = {
    request: { ...request, durationS: found.duration_s },
    ruleIds: request.ruleId === undefined ? [] : [request.ruleId],
  };
  const [gathered] = await gatherFacts(tx, [ask], settings, new Date(nowMs));
  if (!gathered) throw errors.NO_CONTAINMENT([containmentId]);
  // Approving is the one way out of shadow for a single request: the ladder itself stays where it is.
  const facts = { ...gathered.facts, isApproved: true };
  const spending = createSpending(settings.policies);
  const decision = spending.decide(ask.request, facts);
  spending.settle(tx, new Date(nowMs));
  const decided = { decision: decision.steps, approved_by: by.actor };
  const next =
    decision.outcome === 'permit'
      ? advance(found, 'ordered', {
          ...decided,
          ordered_at: new Date(nowMs),
          expires_at:
            found.ordered_at === null || found.expires_at === null
              ? new Date(nowMs + decision.durationS * 1_000)
              : found.expires_at,
          approval_reason: null,
        })
      : decision.outcome === 'forbid'
        ? advance(found, found.ordered_at === null ? 'refused' : 'releasing', {
            ...decided,
            release_reason: decision.steps.at(-1)?.reason ?? '',
            released_by: 'system:respond',
          })
        : { ...found, decision: decision.steps, approval_reason: decision.approvalReason ?? found.approval_reason };
  const entry = entryOf(next, decision, nowMs);
  await append(tx, [
    { ...entry, actor: by.actor, kind: `approval.given`, summary: `${by.actor} approved ${next.target}: ${by.reason}` },
    { ...entry, actor: by.actor },
  ]);
  await store.saveContainments(tx, [next]);
  if (next.status === 'ordered') await store.placeContainment(tx, containmentId);
  return { containment: next, decision };
}

/** Prolongs what is enforced, under the guard of a new request by the same person; no budget is taken. */
export async function extendIn(
  tx: Tx,
  containmentId: string,
  durationS: number,
  by: By,
  settings: RespondSettings,
): Promise<Containment> {
  const nowMs = settings.clock.now();
  const found = await store.lockContainment(tx, containmentId);
  if (!found) throw errors.NO_CONTAINMENT([containmentId]);
  if (!enforcedStatuses.some((status) => status === found.status) || found.expires_at === null)
    throw errors.EXTENSION_REFUSED([containmentId, `it is "${found.status}".`]);
  const request = { ...(await store.requestOf(tx, containmentId)), requestedBy: by.actor, durationS };
  const [gathered] = await gatherFacts(tx, [{ request, ruleIds: [] }], settings, new Date(nowMs));
  if (!gathered) throw errors.NO_CONTAINMENT([containmentId]);
  const facts = { ...gathered.facts, isApproved: true, budgets: [], earlierContainments: 0 };
  const decision = decide(request, facts, settings.policies);
  if (decision.outcome !== 'permit')
    throw errors.EXTENSION_REFUSED([containmentId, decision.approvalReason ?? decision.steps.at(-1)?.reason ?? '']);
  const until = new Date(Math.max(found.expires_at.getTime(), nowMs + decision.durationS * 1_000));
  const next: Containment = { ...found, expires_at: until, revision: found.revision + 1 };
  await append(tx, [
    {
      ...entryOf(next, decision, nowMs),
      actor: by.actor,
      kind: 'containment.extended',
      summary: `${found.target} stays denied until ${until.toISOString()}: ${by.reason}`,
    },
  ]);
  await store.saveContainments(tx, [next]);
  return next;
}
