import { verificationOf } from '../../enforce/verify.ts';
import type { ContainmentStanding } from '../../store/standings.ts';
import type { ActionOutcome, OuterAction } from '../action.ts';
import type { ContainmentWatch } from '../containment-watch.ts';
import { standing } from './deny-address.ts';

/** How long the effect is waited for; that the denial is there is waited for as long as the step has time. */
const effectMs = 20_000;

/**
 * `firebreak:verify`: waits until the denials of this run were read back and had an effect. Fails when one is not there or
 * has none; says so when it cannot be told. A denial that is only proposed, shadowed or over is told, not waited for.
 */
export function verify(watch: ContainmentWatch): OuterAction {
  return {
    name: 'firebreak:verify',
    isRepeatable: true,
    async run(call) {
      const since = performance.now();
      const isDone = (found: readonly ContainmentStanding[]) => {
        const isPatient = performance.now() - since < effectMs;
        return found.every((containment) => isSettled(containment, isPatient));
      };
      const ids = call.containments.map((one) => one.containment_id);
      return outcomeOf(await watch.waitFor(ids, isDone, call.signal));
    },
  };
}

/** Only these are, or should be, enforced. */
function isEnforced({ level, status }: ContainmentStanding): boolean {
  return level !== 'shadow' && (status === 'ordered' || status === 'in_force' || status === 'uncertain');
}

function isSettled(containment: ContainmentStanding, isPatient: boolean): boolean {
  if (!isEnforced(containment)) return true;
  if (verificationOf(containment.verification) !== 'pending') return true;
  return containment.verification.applied !== 'pending' && !isPatient;
}

function outcomeOf(found: readonly ContainmentStanding[]): ActionOutcome {
  const words = found.map((containment) => `${containment.target}: ${verified(containment)}`).join('; ');
  const isFailed = found.some((containment) => {
    if (containment.level === 'shadow') return false;
    if (containment.status === 'failed' || containment.status === 'uncertain') return true;
    return (
      isEnforced(containment) &&
      (verificationOf(containment.verification) === 'failed' || containment.verification.applied === 'pending')
    );
  });
  return {
    outcome: isFailed ? 'failed' : 'succeeded',
    detail: words || 'There is nothing to verify.',
    out: {
      __containment_status__: found.map(standing).join('; ') || 'none was made',
      __verification__: words || 'there is nothing to verify',
    },
  };
}

function verified(containment: ContainmentStanding): string {
  const { applied, effective, dropped_packets: dropped, detail } = containment.verification;
  if (containment.level === 'shadow') return 'nothing to verify (shadow)';
  if (!isEnforced(containment) && containment.status !== 'unverifiable') return standing(containment);
  const there = {
    yes: 'read back',
    no: 'NOT there',
    pending: 'not read back yet',
    not_readable: 'cannot be read back there',
  }[applied];
  const effect = {
    yes: `${dropped} packets dropped`,
    no: 'the activity goes on',
    silent: 'the source fell silent',
    pending: 'no effect seen yet',
    not_observable: 'an effect cannot be observed',
  }[effective];
  return `${there}, ${effective === 'yes' || effective === 'silent' ? effect : detail || effect}`.slice(0, 1_000);
}
