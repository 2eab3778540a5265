import type { Verification } from '../../schema/containment.ts';

/** What was seen of one containment since it is in force. */
export interface Observation {
  now: number;
  inForceAt: number;
  /** Highest packet count over its points; undefined when none of them counts. */
  droppedPackets: number | undefined;
  /** Epoch ms of the last event of the attack; undefined when nothing tells. */
  lastSeenAt: number | undefined;
  /** Whether the sources that saw the attack would tell if it went on. */
  areSourcesAlive: boolean;
}

/** Events on their way when the drop began: seen up to this long after it, they prove nothing. */
const graceMs = 3_000;
/** Silence for so long counts as the end of the activity. */
export const silenceMs = 10_000;
/** After this, what could not be observed is said to be so. */
const giveUpMs = 60_000;

/**
 * The second fact of promise 2: was it effective. A counter that moved is the best witness; silence while the sources live
 * is the next; activity that goes on although the denial is applied is an alarm. Pure.
 */
export function verifyEffect(before: Verification, seen: Observation): Verification {
  const at = new Date(seen.now).toISOString();
  const dropped = Math.max(before.dropped_packets, seen.droppedPackets ?? 0);
  const counted = { ...before, dropped_packets: dropped };
  const isStillActive = seen.lastSeenAt !== undefined && seen.lastSeenAt > seen.inForceAt + graceMs;
  if (isStillActive && before.effective !== 'no')
    return {
      ...counted,
      effective: 'no',
      effective_at: at,
      detail: 'Applied but still active: events of the attack go on. It may come another way than by this address.',
    };
  if (before.effective === 'yes' || before.effective === 'no') return counted;
  if (dropped > 0)
    return { ...counted, effective: 'yes', effective_at: at, detail: `${dropped} packets were dropped.` };
  if (before.effective !== 'pending') return counted;
  const elapsedMs = seen.now - seen.inForceAt;
  if (seen.lastSeenAt !== undefined && seen.areSourcesAlive && elapsedMs >= silenceMs)
    return {
      ...counted,
      effective: 'silent',
      effective_at: at,
      detail: `No event of the attack for ${Math.round(silenceMs / 1_000)} s, and no packet came to be dropped.`,
    };
  if (elapsedMs >= giveUpMs)
    return {
      ...counted,
      effective: 'not_observable',
      effective_at: at,
      detail: 'Nothing came from there, and no source tells whether it tried.',
    };
  return counted;
}

/** How a containment's verification ends, in one word. */
export function verificationOf(verification: Verification): 'pending' | 'verified' | 'failed' | 'unverifiable' {
  const { applied, effective } = verification;
  if (applied === 'no' || effective === 'no') return 'failed';
  if (applied === 'pending' || effective === 'pending') return 'pending';
  if (applied === 'not_readable') return 'unverifiable';
  return effective === 'not_observable' ? 'unverifiable' : 'verified';
}
