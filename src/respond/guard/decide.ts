import { counted } from '../../base/counted.ts';
import { protectionOf } from '../../connector/index.ts';
import type { DecisionStep, LadderLevel } from '../../schema/containment.ts';
import { freshMs } from './attack.ts';
import { checkTarget } from './check-target.ts';
import type { ContainmentRequest, Decision, DecisionOutcome, Facts } from './facts.ts';
import { isPerson } from './is-person.ts';
import type { Policies } from './policies.ts';

/** Widest range anybody may deny, and widest that may be denied without a person: prefix lengths. */
const widest = { 4: { ever: 24, unattended: 30 }, 6: { ever: 48, unattended: 64 } } as const;

/**
 * The one guard (DESIGN §5), for people, playbooks, API clients and AI alike. Pure. The steps stand in their order; the
 * first forbid ends it. `permit` still needs its budgets taken (createSpending).
 */
export function decide(request: ContainmentRequest, facts: Facts, policies: Policies): Decision {
  const steps: DecisionStep[] = [];
  const byPerson = isPerson(request.requestedBy);
  const escalation = Math.min(facts.earlierContainments, Math.max(0, facts.escalationS.length - 1));
  const askedS = request.durationS ?? facts.escalationS[0] ?? facts.maxDurationS;
  const durationS = Math.min(
    facts.maxDurationS,
    escalation === 0 ? askedS : Math.max(askedS, facts.escalationS[escalation] ?? 0),
  );
  let target = request.target;
  let level: LadderLevel = byPerson ? 'auto' : facts.level;
  const note = (check: string, outcome: DecisionStep['outcome'], reason: string) => {
    steps.push({ check, outcome, reason });
    return outcome;
  };
  const done = (outcome: DecisionOutcome, approvalReason?: string): Decision => ({
    outcome,
    steps,
    target,
    durationS,
    level,
    escalation,
    ...(approvalReason !== undefined && { approvalReason }),
  });

  const checked = checkTarget(request.target, facts.protections, request.kind);
  target = checked.target;
  if (checked.outcome === 'forbidden') {
    note(checked.check, 'forbid', checked.reason);
    return done('forbid');
  }
  note('protected_set', 'pass', 'Nothing protected lies in it.');
  const admin = facts.adminAddresses.find((address) => protectionOf(target, [{ range: address, reason: '' }]));
  if (admin !== undefined)
    note('admin_session', 'hold', `An administrator is signed in from ${admin} now: a person must confirm.`);

  let atMostSuggest = false;
  if (request.subject) {
    const { role, fieldTrust, channelTrust } = request.subject;
    if (role !== 'actor') {
      note('role', 'forbid', `The value is the ${role} in the event, not the one who acted.`);
      return done('forbid');
    }
    if (fieldTrust === 'free') {
      note('trust', 'forbid', 'The value stands in text that a remote party can write: it never aims a containment.');
      return done('forbid');
    }
    atMostSuggest = channelTrust === 'unauthenticated';
    note(
      'role_and_trust',
      'pass',
      atMostSuggest
        ? 'Actor by a trustworthy field, but anybody could have sent the event: at most a suggestion.'
        : `Actor, by a field that is ${fieldTrust}, from a known sender.`,
    );
  } else if (byPerson) note('role_and_trust', 'pass', 'A person named the target.');
  else {
    note('role', 'forbid', 'Nothing says that the target acted: no role, no containment.');
    return done('forbid');
  }

  const isLate = facts.attackAgeMs !== undefined && facts.attackAgeMs > freshMs;
  const isStale = !request.isDemonstration && (facts.isReplayed || isLate);
  if (facts.isReplayed) note('freshness', 'note', 'What was seen is replayed from a recording: at most shadow.');
  else if (isLate)
    note(
      'freshness',
      'note',
      `The last event is ${Math.round((facts.attackAgeMs ?? 0) / 60_000)} min old, more than ${freshMs / 60_000}: at most shadow. If it is from now, set the time zone of its source or the clock of its sender.`,
    );
  else
    note(
      'freshness',
      'pass',
      facts.attackAgeMs === undefined ? 'No event stands behind it that could be old.' : 'Its events are of now.',
    );
  if (isStale && !byPerson && !facts.isApproved) level = 'shadow';

  const shared = protectionOf(target, facts.sharedRanges);
  if (shared) {
    note('shared_address', 'forbid', `Many share it (${shared.range}): ${shared.reason}. Deny the client behind it.`);
    return done('forbid');
  }
  note('shared_address', 'pass', 'It is a public address that is not known to be shared.');

  if (facts.othersLogons === undefined)
    note('collateral', 'note', 'Not known: no record of successful logons from there.');
  else if (facts.othersLogons > 0)
    note(
      'collateral',
      'hold',
      `${counted(facts.othersLogons, 'account')} logged on from there within 30 days, before the attack: denying it may lock people out.`,
    );
  else note('collateral', 'pass', 'Nobody had logged on from there within 30 days before the attack.');

  if (facts.stopped !== undefined) {
    note('stop_switch', 'forbid', `Responding is stopped: ${facts.stopped}`);
    return done('forbid');
  }
  note('stop_switch', 'pass', 'Responding is not stopped.');

  const limit = widest[checked.family];
  if (checked.prefix < limit.ever) {
    note('blast_radius', 'forbid', `A /${checked.prefix} is wider than /${limit.ever}, the widest that may be denied.`);
    return done('forbid');
  }
  if (checked.prefix < limit.unattended && !byPerson)
    note('blast_radius', 'hold', `A /${checked.prefix} is wider than /${limit.unattended}: a person must confirm.`);
  else note('blast_radius', 'pass', checked.prefix >= 32 && checked.family === 4 ? 'One address.' : 'A small range.');

  const spent = facts.budgets.find(({ used, limit: max }) => used >= max);
  if (spent) note('budget', 'hold', `The budget ${spent.name} is spent: ${spent.used} of ${spent.limit}.`);
  else note('budget', 'pass', 'Within its budgets.');

  const policy = policies.evaluate({
    request,
    facts,
    target,
    durationS,
    prefix: checked.prefix,
    family: checked.family,
  });
  if (policy.outcome === 'deny') {
    note('policy', 'forbid', policy.reason);
    return done('forbid');
  }
  note('policy', policy.outcome === 'approval' ? 'hold' : 'pass', policy.reason);

  const hold = steps.find(({ outcome }) => outcome === 'hold');
  if (byPerson) note('ladder', 'pass', 'A person asked for it himself.');
  else if (facts.isApproved) note('ladder', 'pass', 'A person approved it.');
  else {
    if (level === 'shadow') {
      note(
        'ladder',
        'note',
        facts.level === 'shadow'
          ? 'The rule and action are in shadow: it is only written down what would have happened.'
          : 'It is too old to act on: it is only written down what would have happened.',
      );
      return done('shadow');
    }
    if (atMostSuggest || level === 'suggest') {
      note('ladder', 'note', 'It is suggested to people and not done.');
      return done('suggest');
    }
    if (level === 'approve') {
      note('ladder', 'hold', 'The rule and action need a person’s yes.');
      return done('needs_approval', hold?.reason ?? 'The rule and action need a person’s yes.');
    }
    note('ladder', 'pass', 'The rule and action may act by themselves.');
  }
  // A yes lifts every hold but a spent budget: that number holds for people, too.
  if (spent) return done('needs_approval', hold?.reason ?? 'Its budget is spent.');
  if (hold && !facts.isApproved) return done('needs_approval', hold.reason);
  return done('permit');
}
