import type { Tx } from '../../db/index.ts';
import { append, type LedgerEntry } from '../../ledger/index.ts';
import type { Containment } from '../../schema/containment.ts';
import type { By } from '../containments.ts';
import { lockContainments, saveContainments, unwantedTargets } from '../store/containments.ts';
import { freeEnforcements } from '../store/enforcements.ts';
import { advance, enforcedStatuses, isOver } from './transitions.ts';

/** Targets that points let go of once this is committed. */
export interface Release {
  target: string;
  isDemonstration: boolean;
}

/**
 * Ends containments that are not over: enforced ones begin to be released, others close at once. Gives what points must let
 * go of: a target goes only when no other live containment wants it.
 */
export async function releaseIn(
  tx: Tx,
  ids: readonly string[],
  by: By,
  nowMs: number,
): Promise<{ ended: Containment[]; release: Release[] }> {
  const found = await lockContainments(tx, ids);
  const now = new Date(nowMs);
  const end = { release_reason: by.reason, released_by: by.actor };
  const ended: Containment[] = [];
  const entries: LedgerEntry[] = [];
  for (const containment of found) {
    if (isOver(containment.status) || containment.status === 'releasing') continue;
    const next = endOf(containment, end, now);
    ended.push(next);
    entries.push(releaseEntry(next, by, nowMs));
  }
  if (ended.length === 0) return { ended, release: [] };
  await append(tx, entries);
  await saveContainments(tx, ended);
  const leaving = ended.filter(({ status }) => status === 'releasing');
  const release: Release[] = [];
  for (const isDemonstration of [false, true]) {
    const targets = leaving.filter((one) => one.is_demonstration === isDemonstration).map(({ target }) => target);
    if (targets.length === 0) continue;
    const gone = await unwantedTargets(tx, targets, now, isDemonstration);
    release.push(...gone.map((target) => ({ target, isDemonstration })));
    const kept = leaving.filter((one) => one.is_demonstration === isDemonstration && !gone.includes(one.target));
    // Somebody else still wants the target: for this containment its places are free at once.
    if (kept.length > 0)
      await freeEnforcements(
        tx,
        kept.map(({ id }) => id),
        'Still denied for another containment.',
      );
  }
  return { ended, release };
}

function endOf(containment: Containment, end: { release_reason: string; released_by: string }, now: Date): Containment {
  const isEnforced = enforcedStatuses.some((status) => status === containment.status);
  // Held after drift: points may still have it.
  if (isEnforced || (containment.status === 'awaiting_approval' && containment.ordered_at !== null))
    return advance(containment, 'releasing', end);
  const to = containment.status === 'awaiting_approval' ? 'refused' : 'released';
  return advance(containment, to, { ...end, released_at: now, expires_at: now });
}

function releaseEntry(containment: Containment, by: By, nowMs: number): LedgerEntry {
  return {
    tenant_id: containment.tenant_id,
    at: nowMs,
    kind: `containment.${containment.status}`,
    actor: by.actor,
    ...(containment.incident_id !== null && { incident_id: containment.incident_id }),
    subject: containment.id,
    summary: `${containment.kind} ${containment.target} ${containment.status === 'releasing' ? 'is being released' : `is ${containment.status}`}: ${by.reason}`,
    body: { target: containment.target, kind: containment.kind, reason: by.reason },
  };
}

/** Closes what every point has let go of. */
export async function finishReleases(tx: Tx, ids: readonly string[], nowMs: number): Promise<Containment[]> {
  const done = (await lockContainments(tx, ids))
    .filter(({ status }) => status === 'releasing')
    .map((containment) => advance(containment, 'released', { released_at: new Date(nowMs) }));
  if (done.length === 0) return done;
  await append(
    tx,
    done.map((containment) => ({
      ...releaseEntry(containment, { actor: 'system:respond', reason: 'no point holds it any more' }, nowMs),
      summary: `${containment.kind} ${containment.target} is released: no point holds it for this any more.`,
    })),
  );
  await saveContainments(tx, done);
  return done;
}
