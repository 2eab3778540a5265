import type { Tx } from '../../db/index.ts';
import type { Verification } from '../../schema/containment.ts';
import { sightingsIn } from '../../triage/index.ts';
import type { PlaceRead } from '../store/point-readings.ts';
import type { Witness } from './points.ts';
import { settle } from './record-answers.ts';
import { silenceMs, verifyEffect } from './verify.ts';

/** A place whose containment is being watched. */
type Watched = PlaceRead & { open: NonNullable<PlaceRead['open']> };

/** Undecided ones first, the oldest before the younger: they settle in a minute. Then those that came last. */
function inTurn(left: Watched, right: Watched): number {
  const isPending = ({ open }: Watched) => open.verification.effective === 'pending';
  if (isPending(left) !== isPending(right)) return isPending(left) ? -1 : 1;
  const order = left.open.in_force_at.getTime() - right.open.in_force_at.getTime();
  return isPending(left) ? order : -order;
}

/** The rest has its turn at the next reading. */
const atOnce = 1_000;

/**
 * Settles the second fact of what is in force; true while one is open. The number of statements does not grow with the number
 * of places, and nothing is written when nothing is news.
 */
export async function settleEffects(
  tx: Tx,
  places: readonly PlaceRead[],
  nowMs: number,
  witness: Witness,
): Promise<boolean> {
  const watched = places.filter((place): place is Watched => place.open !== null).toSorted(inTurn);
  const looked = watched.slice(0, atOnce);
  const news = new Map<string, Verification>();
  let isOpen = watched.length > atOnce;
  for (const { place, sighting, areSourcesAlive } of await gather(tx, looked, nowMs, witness)) {
    const before = place.open.verification;
    const after = verifyEffect(before, {
      now: nowMs,
      inForceAt: place.open.in_force_at.getTime(),
      droppedPackets: place.packets ?? undefined,
      lastSeenAt: sighting?.last_seen_at.getTime(),
      areSourcesAlive,
    });
    if (after.effective === 'pending') isOpen = true;
    if (after.effective !== before.effective) news.set(place.containment_id, after);
  }
  const settled = await settle(
    tx,
    [...news.keys()].map((id) => ({ id })),
    (containment) => {
      const verification = news.get(containment.id);
      if (!verification || containment.status !== 'in_force') return undefined;
      const isAlarm = verification.effective === 'no';
      return {
        to: containment.status,
        verification,
        kind: isAlarm ? 'containment.ineffective' : 'containment.verified',
        summary: isAlarm
          ? `${containment.target} is denied and the attack goes on: look at it now.`
          : `${containment.target}: ${verification.detail}`,
      };
    },
    nowMs,
    'system:respond',
  );
  const alarms = settled.filter(({ verification }) => verification.effective === 'no');
  if (alarms.length > 0) await witness.tellIneffective(tx, alarms);
  return isOpen;
}

/** What events say of each: when it was last seen, and whether its silence would mean something. */
async function gather(tx: Tx, places: readonly Watched[], nowMs: number, witness: Witness) {
  const ofIncidents = places.flatMap(({ target, containment_id, open }) =>
    open.incident_id === null ? [] : [{ containment_id, incidentId: open.incident_id, target }],
  );
  const seen = await sightingsIn(tx, ofIncidents);
  const sightings = new Map(ofIncidents.map(({ containment_id }, index) => [containment_id, seen[index]]));
  const waiting = places.flatMap(({ containment_id, open }) => {
    const sighting = sightings.get(containment_id);
    const isLongEnough = nowMs - open.in_force_at.getTime() >= silenceMs;
    return sighting !== undefined && open.verification.effective === 'pending' && isLongEnough
      ? [{ containment_id, sourceIds: sighting.source_ids, since: open.in_force_at }]
      : [];
  });
  const alive = waiting.length === 0 ? [] : await witness.areAlive(tx, waiting);
  const living = new Set(waiting.filter((_, index) => alive[index]).map(({ containment_id }) => containment_id));
  return places.map((place) => ({
    place,
    sighting: sightings.get(place.containment_id),
    areSourcesAlive: living.has(place.containment_id),
  }));
}
