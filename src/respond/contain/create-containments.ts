import { retryConflicts, type Tx } from '../../db/index.ts';
import type { Containment } from '../../schema/containment.ts';
import type { By, Containments, RequestOutcome } from '../containments.ts';
import type { Enforcement, PushedDenial } from '../enforce/points.ts';
import { settle, type Move } from '../enforce/record-answers.ts';
import { errors } from '../errors.ts';
import type { Decision } from '../guard/facts.ts';
import type { RespondSettings } from '../settings.ts';
import * as store from '../store/containments.ts';
import { forgetBudgets } from '../store/facts.ts';
import { releasedIds } from '../store/enforcements.ts';
import { createArming } from './arm.ts';
import { approveIn, extendIn } from './approve.ts';
import { placeRequests } from './place-requests.ts';
import { finishReleases, releaseIn, type Release } from './release.ts';

const dueAtOnce = 200;
/** An ordered containment waits so long for a point to appear. */
const unplacedMs = 10_000;

function nowhere(containment: Containment): Move {
  const detail = 'There is no enforcement point that could hold it: nothing is denied.';
  return {
    to: 'failed',
    verification: { ...containment.verification, applied: 'no', detail },
    summary: `${containment.target}: ${detail}`,
  };
}

/** `push` is the enforcement of this process, or does nothing where another process drives the points. */
export function createContainments(settings: RespondSettings, push: Enforcement['push']): Containments {
  const { db, clock } = settings;

  /** After the commit: points first, then everybody who waits for a change. */
  function announce(change: { ordered?: readonly Containment[]; release?: readonly Release[] }): void {
    push({ deny: (change.ordered ?? []).flatMap(denialOf), release: change.release ?? [] });
    db.channels.wake('containments');
  }

  async function release(ids: (tx: Tx) => Promise<readonly string[]>, by: By): Promise<Containment[]> {
    const done = await db.transaction(async (tx) => releaseIn(tx, await ids(tx), by, clock.now()));
    if (done.ended.length > 0) announce({ release: done.release });
    return done.ended;
  }

  async function shown(containmentId: string): Promise<Containment> {
    const containment = await store.containmentById(db.read, containmentId);
    if (!containment) throw errors.NO_CONTAINMENT([containmentId]);
    return containment;
  }

  const arming = createArming(settings, release);

  return {
    ...arming,
    async request(request) {
      const ruleIds = request.ruleId === undefined ? [] : [request.ruleId];
      const [placed] = await retryConflicts(() =>
        db.transaction((tx) => placeRequests(tx, [{ request, ruleIds }], settings, 'exists')),
      );
      if (!placed) throw errors.NO_CONTAINMENT(['']);
      if (placed.outcome === 'exists') return { outcome: 'exists', containment: await shown(placed.containmentId) };
      announce({ ordered: [placed.containment] });
      return outcomeOf(await shown(placed.containment.id), placed.decision);
    },
    async release(containmentId, by) {
      await shown(containmentId);
      await release(async () => [containmentId], by);
      return shown(containmentId);
    },
    async releaseAll({ tenantId, demonstrationOnly, ...by }) {
      const where = { tenantId, ...(demonstrationOnly === true && { isDemonstration: true }) };
      return (await release((tx) => store.openIds(tx, where), by)).length;
    },
    async releaseOfIncident(incidentId, { isWrong, ...by }) {
      const ended = await release(async (tx) => {
        if (isWrong) await store.markWrong(tx, incidentId);
        return store.openIds(tx, { incidentId });
      }, by);
      return ended.length;
    },
    async approve(containmentId, by) {
      const done = await retryConflicts(() => db.transaction((tx) => approveIn(tx, containmentId, by, settings)));
      announce({ ordered: [done.containment] });
      return outcomeOf(await shown(containmentId), done.decision);
    },
    async refuse(containmentId, by) {
      const found = await shown(containmentId);
      if (found.status !== 'awaiting_approval' && found.status !== 'proposed')
        throw errors.BAD_TRANSITION([containmentId, found.status, 'refused']);
      await release(async () => [containmentId], by);
      return shown(containmentId);
    },
    async extend(containmentId, durationS, by) {
      const extended = await db.transaction((tx) => extendIn(tx, containmentId, durationS, by, settings));
      push({ deny: denialOf({ ...extended, status: 'ordered' }), release: [] });
      db.channels.wake('containments');
      return shown(containmentId);
    },
    byId: store.containmentById,
    ofIncident: store.containmentsOfIncident,
    list: store.listContainments,
    async turn() {
      const now = new Date(clock.now());
      const expired = await release((tx) => store.dueIds(tx, now, dueAtOnce), {
        actor: 'system:respond',
        reason: 'Its time is over.',
      });
      const covered = await release(async (tx) => (await store.coveredIds(tx)).map(({ id }) => id), {
        actor: 'system:respond',
        reason: 'The target is protected now.',
      });
      const unplaced = await store.unplacedIds(db.read, new Date(now.getTime() - unplacedMs));
      if (unplaced.length > 0)
        await db.transaction((tx) => settle(tx, unplaced, nowhere, now.getTime(), 'system:respond'));
      const freed = await releasedIds(db.read, now);
      const finished = freed.length === 0 ? [] : await db.transaction((tx) => finishReleases(tx, freed, clock.now()));
      if (finished.length > 0) db.channels.wake('containments');
      if (expired.length > 0) await forgetBudgets(db.read, new Date(now.getTime() - 7 * 86_400_000));
      return expired.length === dueAtOnce || covered.length > 0;
    },
  };
}

export function denialOf(containment: Containment): PushedDenial[] {
  if (containment.status !== 'ordered' || containment.expires_at === null) return [];
  return [
    {
      containmentId: containment.id,
      target: containment.target,
      expiresAt: containment.expires_at.getTime(),
      isDemonstration: containment.is_demonstration,
    },
  ];
}

function outcomeOf(containment: Containment, decision: Decision): RequestOutcome {
  if (decision.outcome === 'forbid') return { outcome: 'refused', containment, decision };
  const outcome = {
    permit: 'ordered',
    needs_approval: 'awaiting_approval',
    suggest: 'proposed',
    shadow: 'proposed',
  } as const;
  return { outcome: outcome[decision.outcome], containment, decision };
}
