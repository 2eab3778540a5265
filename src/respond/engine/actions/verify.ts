import type { Containment } from '../../../schema/containment.ts';
import { verificationOf } from '../../enforce/verify.ts';
import type { Action, ActionCall, ActionOutcome } from '../action.ts';
import type { ContainmentAccess } from './containment-access.ts';
import { standing } from './deny-address.ts';

/** How long the effect is waited for; that the denial is there is waited for as long as the step has time. */
const effectMs = 20_000;
const pollMs = 500;

/**
 * `firebreak:verify`: waits until the denials of this run were read back and had an effect. Fails when one is not there or
 * has none; says so when it cannot be told. A denial that is only proposed, shadowed or over is told, not waited for.
 */
export function verify(containments: ContainmentAccess): Action {
  return {
    name: 'firebreak:verify',
    isRepeatable: true,
    async run(call) {
      const since = performance.now();
      for (;;) {
        const found = await readAll(containments, call);
        const isPatient = performance.now() - since < effectMs;
        if (found.every((containment) => isSettled(containment, isPatient)) || call.signal.aborted)
          return outcomeOf(found);
        await change(containments, call.signal);
      }
    },
  };
}

async function readAll(containments: ContainmentAccess, call: ActionCall): Promise<Containment[]> {
  const found: Containment[] = [];
  for (const { containment_id: id } of call.containments) {
    const containment = await containments.byId(id);
    if (containment) found.push(containment);
  }
  return found;
}

/** Resolves at the next change, at the latest after a poll. */
function change(containments: ContainmentAccess, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      end();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, pollMs);
    const end = containments.onChange(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Only these are, or should be, enforced. */
function isEnforced({ level, status }: Containment): boolean {
  return level !== 'shadow' && (status === 'ordered' || status === 'in_force' || status === 'uncertain');
}

function isSettled(containment: Containment, isPatient: boolean): boolean {
  if (!isEnforced(containment)) return true;
  if (verificationOf(containment.verification) !== 'pending') return true;
  return containment.verification.applied !== 'pending' && !isPatient;
}

function outcomeOf(found: readonly Containment[]): ActionOutcome {
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

function verified(containment: Containment): string {
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
