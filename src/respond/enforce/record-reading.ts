import type { HeldDenial } from '../../connector/index.ts';
import type { Tx } from '../../db/index.ts';
import { sightingIn } from '../../triage/index.ts';
import { containmentById } from '../store/containments.ts';
import * as places from '../store/enforcements.ts';
import { settle } from './record-answers.ts';
import type { PointSettings, Witness } from './points.ts';
import { silenceMs, verifyEffect } from './verify.ts';

/** What the reading asks the caller to do at the point. */
export interface Corrections {
  /** Put back once, or not applied yet. */
  deny: { target: string; expiresAt: number }[];
  /** Held without a reason of ours. */
  release: string[];
  /** Whether a verification is still open: read again soon. */
  isVerifying: boolean;
}

/**
 * Compares what a point holds with what it must hold. What is missing before its end is put back once; a second time it is a
 * person's intent: the containment waits for a person. While responding is stopped nothing is put back.
 */
export async function recordReading(
  tx: Tx,
  point: PointSettings,
  held: readonly HeldDenial[],
  options: { nowMs: number; isStopped: boolean; countsAsDrift: boolean; witness: Witness },
): Promise<Corrections> {
  const { nowMs, isStopped } = options;
  const now = new Date(nowMs);
  const wanted = await places.wantedAt(tx, point.id, now, false);
  const heldAt = new Map(held.map((one) => [one.target, one]));
  const deny = new Map<string, number>();
  const drifted: string[] = [];
  const repaired: string[] = [];
  for (const place of wanted) {
    const isHeld = heldAt.has(place.target);
    // A second of grace: the point's own time-out may run a little before our clock.
    const isNearItsEnd = place.expires_at.getTime() < nowMs + 1_500;
    if (isHeld || isNearItsEnd || place.state === 'drifted') continue;
    if (place.state === 'applied' && options.countsAsDrift) {
      if (isStopped) continue;
      if (place.repairs > 0) {
        drifted.push(place.containment_id);
        continue;
      }
      repaired.push(place.containment_id);
    }
    deny.set(place.target, Math.max(deny.get(place.target) ?? 0, place.expires_at.getTime()));
  }
  if (repaired.length > 0) await recordRepair(tx, point, repaired, nowMs);
  if (drifted.length > 0) await recordIntent(tx, point, drifted, nowMs);

  const counts = wanted.flatMap((place) => {
    const packets = heldAt.get(place.target)?.droppedPackets;
    return packets !== undefined && packets > place.dropped_packets
      ? [{ containment_id: place.containment_id, packets }]
      : [];
  });
  if (counts.length > 0) await places.saveCounters(tx, point.id, counts);
  const targets = new Set(wanted.map(({ target }) => target));
  const isVerifying = await verify(tx, wanted, heldAt, nowMs, options.witness);
  return {
    deny: [...deny].map(([target, expiresAt]) => ({ target, expiresAt })),
    release: held.map(({ target }) => target).filter((target) => !targets.has(target)),
    isVerifying,
  };
}

async function recordRepair(tx: Tx, point: PointSettings, ids: readonly string[], nowMs: number): Promise<void> {
  await places.markRepaired(tx, point.id, ids);
  await settle(
    tx,
    ids.map((id) => ({ id })),
    (containment) => ({
      to: containment.status,
      verification: containment.verification,
      kind: 'containment.repaired',
      summary: `${containment.target} was gone at ${point.id} before its time; it is put back, once.`,
    }),
    nowMs,
    'system:respond',
  );
}

async function recordIntent(tx: Tx, point: PointSettings, ids: readonly string[], nowMs: number): Promise<void> {
  await places.markDrifted(tx, point.id, ids);
  const reason = `Removed twice by hand at ${point.id}: taken as a person's intent. Approve to deny again, refuse to let it be.`;
  await settle(
    tx,
    ids.map((id) => ({ id })),
    (containment) => ({
      to: 'awaiting_approval',
      verification: { ...containment.verification, applied: 'no', detail: reason },
      change: { approval_reason: reason },
      kind: 'containment.held',
      summary: `${containment.target} was removed at ${point.id} a second time: Firebreak holds and asks.`,
    }),
    nowMs,
    'system:respond',
  );
}

/** The rest has its turn at the next reading. */
const verifyAtOnce = 100;

/** Settles the second fact of what is in force; true while one is open. */
async function verify(
  tx: Tx,
  wanted: readonly places.Place[],
  heldAt: ReadonlyMap<string, HeldDenial>,
  nowMs: number,
  witness: Witness,
): Promise<boolean> {
  let isOpen = false;
  const open = wanted.filter((place) => place.containment_status === 'in_force' && place.is_verifying);
  for (const place of open.slice(0, verifyAtOnce)) {
    const containment = await containmentById(tx, place.containment_id);
    if (!containment || containment.in_force_at === null) continue;
    const inForceAt = containment.in_force_at;
    const sighting =
      containment.incident_id === null ? undefined : await sightingIn(tx, containment.incident_id, containment.target);
    const after = verifyEffect(containment.verification, {
      now: nowMs,
      inForceAt: inForceAt.getTime(),
      droppedPackets: heldAt.get(place.target)?.droppedPackets,
      lastSeenAt: sighting?.last_seen_at.getTime(),
      areSourcesAlive:
        sighting !== undefined &&
        nowMs - inForceAt.getTime() >= silenceMs &&
        (await witness.areAlive(tx, sighting.source_ids, inForceAt)),
    });
    if (after.effective === 'pending') isOpen = true;
    if (after.effective === containment.verification.effective) continue;
    const isAlarm = after.effective === 'no';
    if (isAlarm) await witness.tellIneffective(tx, containment);
    await settle(
      tx,
      [{ id: containment.id }],
      () => ({
        to: containment.status,
        verification: after,
        kind: isAlarm ? 'containment.ineffective' : 'containment.verified',
        summary: isAlarm
          ? `${containment.target} is denied and the attack goes on: look at it now.`
          : `${containment.target}: ${after.detail}`,
      }),
      nowMs,
      'system:respond',
    );
  }
  return isOpen || open.length > verifyAtOnce;
}
