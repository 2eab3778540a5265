import { canonicalAddress, isPublicAddress, sourceKeyOf } from '../../base/address.ts';
import type { Finding } from '../../schema/finding.ts';
import type { Subject } from '../../schema/subject.ts';

/** A subject as grouping counts it. */
export interface GroupEntity {
  type: string;
  /** An IPv6 actor as its /64 (victims stay apart); hosts and domains in lower case. */
  value: string;
  role: Subject['role'];
  /** False when every mention of it is free text or came over an unauthenticated channel. */
  isTrusted: boolean;
}

/** Whom an incident of this finding would be about. */
export interface About {
  type: string;
  value: string;
  reason: string;
}

export interface FindingView {
  entities: readonly GroupEntity[];
  about: About;
}

/** Pure. An intermediary is kept in view but never what an incident is about. */
export function viewOf(finding: Finding): FindingView {
  const entities = new Map<string, GroupEntity>();
  for (const subject of finding.subjects) {
    const value = valueOf(subject);
    const key = `${subject.type} ${subject.role} ${value}`;
    const isTrusted = subject.field_trust !== 'free' && subject.channel_trust === 'authenticated';
    const known = entities.get(key);
    if (known) known.isTrusted ||= isTrusted;
    else entities.set(key, { type: subject.type, value, role: subject.role, isTrusted });
  }
  const all = [...entities.values()];
  return { entities: all, about: aboutOf(finding, all) };
}

function valueOf(subject: Subject): string {
  if (subject.type === 'ip') {
    const address = canonicalAddress(subject.value);
    if (address === undefined) return subject.value;
    return subject.role === 'actor' ? sourceKeyOf(address) : address;
  }
  return subject.type === 'host' || subject.type === 'domain' ? subject.value.toLowerCase() : subject.value;
}

/** True for an address, or the /64 that stands for one, that can be somebody on the public internet. */
export function isPublicEntity(entity: Pick<GroupEntity, 'type' | 'value'>): boolean {
  const address = entity.type === 'ip' ? canonicalAddress(entity.value.replace(/\/64$/, '')) : undefined;
  return address !== undefined && isPublicAddress(address);
}

/**
 * [T1] In this order: the public address that acts, the account that acts, the host that acts, the private address
 * that acts, the host that suffers, the account that suffers, other victims, targets, anything else that acts, the rule.
 * [T2] Several different addresses that act on one victim are about the victim: no single one of them is the attack.
 * [T3] Values of free text come after all others.
 */
function aboutOf(finding: Finding, entities: readonly GroupEntity[]): About {
  const several = entities.filter((entity) => entity.role === 'actor' && entity.type === 'ip').length > 1;
  const order = several ? [...steps.filter((step) => step.victim), ...steps] : steps;
  for (const trusted of [true, false])
    for (const step of order) {
      const found = entities.filter((entity) => entity.isTrusted === trusted && step.is(entity));
      const [first] = found;
      if (first && (found.length === 1 || !(several && step.victim)))
        return {
          type: first.type,
          value: first.value,
          reason: step.reason + (several && step.victim ? ' of several sources' : ''),
        };
    }
  return { type: 'rule', value: finding.rule_id, reason: 'It names nobody: the rule itself' };
}

interface Step {
  reason: string;
  victim?: true;
  is(entity: GroupEntity): boolean;
}

const steps: readonly Step[] = [
  { reason: 'The public address that acts', is: (e) => e.role === 'actor' && isPublicEntity(e) },
  { reason: 'The account that acts', is: (e) => e.role === 'actor' && e.type === 'user' },
  { reason: 'The host that acts', is: (e) => e.role === 'actor' && e.type === 'host' },
  { reason: 'The private address that acts', is: (e) => e.role === 'actor' && e.type === 'ip' },
  { reason: 'The host that suffers', victim: true, is: (e) => e.role === 'victim' && e.type === 'host' },
  { reason: 'The account that suffers', victim: true, is: (e) => e.role === 'victim' && e.type === 'user' },
  { reason: 'What suffers', is: (e) => e.role === 'victim' },
  { reason: 'What it was aimed at', is: (e) => e.role === 'target' },
  { reason: 'What acts', is: (e) => e.role === 'actor' },
];
