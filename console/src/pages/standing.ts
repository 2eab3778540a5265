import type { WireContainment } from '../../../src/api/containments.ts';
import { words, type Tone } from '../ui/badge.tsx';

/** How a containment stands, in the words of the one who asks "is it true?". */
export interface Standing {
  tone: Tone;
  headline: string;
  /** What the headline rests on, or what to do. */
  detail: string;
  isLive: boolean;
}

/** DESIGN promise 2: applied (read back) and effective (seen from traffic) are two facts, and both are told. */
export function standingOf(containment: WireContainment): Standing {
  const { status, level } = containment;
  if (level === 'shadow')
    return {
      tone: 'info',
      headline: 'Would have been denied',
      detail: 'Shadow: nothing was enforced. Arm the rule to let it act.',
      isLive: false,
    };
  switch (status) {
    case 'proposed':
      return { tone: 'info', headline: 'Suggested', detail: 'Nothing is enforced.', isLive: false };
    case 'awaiting_approval':
      return {
        tone: 'warn',
        headline: 'Awaits approval',
        detail: containment.approval_reason ?? 'Nothing is enforced before a person says yes.',
        isLive: false,
      };
    case 'ordered':
      return { tone: 'info', headline: 'Being denied …', detail: pointsOf(containment), isLive: true };
    case 'in_force':
      return { ...verifiedOf(containment), isLive: true };
    case 'unverifiable':
      return {
        tone: 'warn',
        headline: 'Ordered, cannot be verified',
        detail: containment.verification.detail || 'Nothing there can be read back.',
        isLive: true,
      };
    case 'uncertain':
      return {
        tone: 'warn',
        headline: 'Uncertain',
        detail:
          containment.verification.detail || 'The answer was lost; it is read back before anything is tried again.',
        isLive: true,
      };
    case 'failed':
      return { tone: 'bad', headline: 'Failed', detail: containment.verification.detail, isLive: false };
    case 'releasing':
      return { tone: 'info', headline: 'Being released …', detail: pointsOf(containment), isLive: false };
    case 'released':
      return { tone: 'soft', headline: 'Released', detail: containment.release_reason ?? '', isLive: false };
    case 'refused':
      return {
        tone: 'soft',
        headline: 'Refused by the guardrails',
        detail:
          containment.decision.find((step) => step.outcome === 'forbid')?.reason ?? containment.release_reason ?? '',
        isLive: false,
      };
  }
}

function verifiedOf(containment: WireContainment): Omit<Standing, 'isLive'> {
  const { applied, effective, detail, dropped_packets: dropped } = containment.verification;
  const there = pointsOf(containment);
  if (effective === 'no') return { tone: 'bad', headline: 'Denied, but still active', detail };
  if (applied === 'no') return { tone: 'bad', headline: 'Not in place', detail };
  if (applied === 'pending') return { tone: 'info', headline: 'Denied, being read back …', detail: there };
  if (applied === 'not_readable')
    return { tone: 'warn', headline: 'Denied, cannot be read back', detail: detail || there };
  if (effective === 'yes') {
    const packets = dropped > 0 ? `: ${dropped} ${dropped === 1 ? 'packet' : 'packets'} dropped` : '';
    return { tone: 'ok', headline: 'Denied and verified', detail: `Applied: ${there}. Effective${packets}.` };
  }
  if (effective === 'silent')
    return { tone: 'ok', headline: 'Denied and verified', detail: `Applied: ${there}. Effective: it went silent.` };
  if (effective === 'not_observable')
    return { tone: 'warn', headline: 'Denied, effect not seen', detail: `Applied: ${there}. ${detail}` };
  return { tone: 'info', headline: 'Denied, watching its effect …', detail: `Applied: ${there}.` };
}

/** `read back at 1 of 1 points`. */
function pointsOf({ points }: WireContainment): string {
  if (points.length === 0) return 'no enforcement point';
  const applied = points.filter((point) => point.state === 'applied').length;
  const others = points.filter((point) => point.state !== 'applied').map((point) => words(point.state));
  return `in place at ${applied} of ${points.length} ${points.length === 1 ? 'point' : 'points'}${others.length > 0 ? ` (${others.join(', ')})` : ''}`;
}

/** Whether a person's yes is what it waits for. Nobody is asked about what is in shadow. */
export const awaitsPerson = ({ status, level }: WireContainment): boolean =>
  status === 'awaiting_approval' || (status === 'proposed' && level !== 'shadow');
