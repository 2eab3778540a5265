import type { Clock } from '../../../base/clock.ts';
import { utcText } from '../../../base/utc-text.ts';
import { adoptIn } from '../../contain/adopt.ts';
import type { ContainmentStanding } from '../../store/standings.ts';
import type { ActionCall, ActionOutcome, InnerAction } from '../action.ts';

/**
 * `firebreak:deny-address`: adopts the denials that the fast path made for this step. It orders none itself: nothing is
 * denied that did not pass decide() before the run began. Fails when all of them were refused or have failed.
 */
export function denyAddress(clock: Clock): InnerAction {
  return {
    name: 'firebreak:deny-address',
    async within(tx, call) {
      const wanted = call.containments.filter((one) => one.step_id === call.stepId);
      if (wanted.length === 0)
        return { outcome: 'failed', detail: 'The findings named no address to deny.', entries: [] };
      const ids = wanted.map((one) => one.containment_id);
      const { adopted, entries } = await adoptIn(tx, ids, call.executionId, clock.now());
      return { ...outcomeOf(adopted, call), entries };
    },
  };
}

function outcomeOf(adopted: readonly ContainmentStanding[], call: Pick<ActionCall, 'containments'>): ActionOutcome {
  const out = {
    __target__: adopted.map((containment) => containment.target).join(', ') || '(nothing)',
    __containment_status__: adopted.map(standing).join('; ') || 'none was made',
  };
  const isAlive = adopted.some(({ status }) => status !== 'refused' && status !== 'failed');
  const detail = `${call.containments.length === 0 ? '' : out.__target__}: ${out.__containment_status__}`;
  return { outcome: isAlive ? 'succeeded' : 'failed', detail, out };
}

/** How a containment stands, in words for people. */
export function standing(containment: ContainmentStanding): string {
  if (containment.level === 'shadow') return 'shadow: it would have been denied, nothing was';
  switch (containment.status) {
    case 'refused':
      return `refused${containment.refusal ? `: ${containment.refusal}` : ''}`;
    case 'proposed':
      return 'suggested to a person';
    case 'awaiting_approval':
      return 'waits for a person to approve it';
    case 'in_force':
    case 'unverifiable':
      return containment.expires_at
        ? `in force until ${utcText(containment.expires_at)}`
        : 'in force until it is released';
    case 'ordered':
    case 'releasing':
    case 'released':
    case 'failed':
    case 'uncertain':
      return containment.status;
  }
}
