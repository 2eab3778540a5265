import type { HeldDenial } from '../../connector/index.ts';
import type { Tx } from '../../db/index.ts';
import * as places from '../store/enforcements.ts';
import { compareHeld } from '../store/point-readings.ts';
import { settle } from './record-answers.ts';
import type { PointSettings, Witness } from './points.ts';
import { settleEffects } from './settle-effects.ts';

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
 * person's intent: the containment waits for a person. While responding is stopped nothing is put back. A reading without news
 * writes nothing.
 */
export async function recordReading(
  tx: Tx,
  point: PointSettings,
  held: readonly HeldDenial[],
  options: { nowMs: number; isStopped: boolean; countsAsDrift: boolean; witness: Witness },
): Promise<Corrections> {
  const { nowMs, isStopped } = options;
  const now = new Date(nowMs);
  const { places: read, excess } = await compareHeld(tx, point.id, held, now);
  const deny = new Map<string, number>();
  const drifted: string[] = [];
  const repaired: string[] = [];
  for (const place of read) {
    // A second of grace: the point's own time-out may run a little before our clock.
    const isNearItsEnd = place.expires_at.getTime() < nowMs + 1_500;
    if (place.is_held || isNearItsEnd || place.state === 'drifted') continue;
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

  const counts = read.flatMap(({ containment_id, packets, dropped_packets }) =>
    packets !== null && packets > dropped_packets ? [{ containment_id, packets }] : [],
  );
  if (counts.length > 0) await places.saveCounters(tx, point.id, counts);
  return {
    deny: [...deny].map(([target, expiresAt]) => ({ target, expiresAt })),
    release: excess,
    isVerifying: await settleEffects(tx, read, nowMs, options.witness),
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
