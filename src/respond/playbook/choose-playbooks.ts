import { sourceKeyOf } from '../../base/address.ts';
import type { Finding } from '../../schema/finding.ts';
import type { Incident } from '../../schema/incident.ts';
import type { FieldTrust, Subject } from '../../schema/subject.ts';
import type { Choice, ContainmentWish, LoadedPlaybook, ResponseExtension } from './playbook.ts';

/** Findings of one incident that are looked at, and targets one playbook may ask for; more is for a person. */
const maxFindings = 200;
const maxTargets = 32;

/**
 * The playbooks that an incident starts, each with the containments it wants at once. Pure.
 * A playbook that contains something is not chosen when the findings name nothing of that kind.
 */
export function choosePlaybooks(
  input: { incident: Incident; findings: readonly Finding[] },
  playbooks: readonly LoadedPlaybook[],
): Choice[] {
  const findings = [...input.findings].sort(bySeverity).slice(0, maxFindings);
  const choices: Choice[] = [];
  for (const playbook of playbooks) {
    const { trigger } = playbook;
    if (!trigger) continue;
    const firing = findings.filter((finding) => trigger(input.incident, finding).fires);
    const first = firing[0];
    if (!first) continue;
    const contain = playbook.response.contain.flatMap((wish) => wishesOf(wish, input.incident, firing));
    if (playbook.response.contain.length > 0 && contain.length === 0) continue;
    choices.push({ playbook, ruleId: first.rule_id, contain });
  }
  return choices;
}

function bySeverity(a: Finding, b: Finding): number {
  return b.severity_id - a.severity_id || (a.id < b.id ? -1 : 1);
}

function wishesOf(
  wish: ResponseExtension['contain'][number],
  incident: Incident,
  findings: readonly Finding[],
): ContainmentWish[] {
  const found = new Map<string, { target: Subject; rules: Finding[] }>();
  for (const finding of findings) {
    for (const subject of finding.subjects) {
      if (subject.type !== wish.subject.type || subject.role !== wish.subject.role) continue;
      if (!concerns(incident, subject)) continue;
      const key = keyOf(subject);
      const known = found.get(key);
      if (!known) {
        if (found.size < maxTargets) found.set(key, { target: subject, rules: [finding] });
        continue;
      }
      known.rules.push(finding);
      if (isBetter(subject, known.target)) known.target = subject;
    }
  }
  return [...found.values()].map(({ target, rules }) => ({
    stepId: wish.step,
    kind: wish.kind,
    target,
    durationS: wish.duration_s,
    reason: `${rules[0]?.rule_title ?? 'A rule'} in incident ${incident.number}: ${rules[0]?.message ?? ''}`.slice(
      0,
      1_000,
    ),
    ruleIds: [...new Set(rules.map((finding) => finding.rule_id))],
  }));
}

/** An incident about one address aims at that address only; one about a user or host at every value in the role. */
function concerns(incident: Incident, subject: Subject): boolean {
  if (incident.entity_type !== subject.type) return true;
  return subject.type === 'ip'
    ? keyOf(subject) === sourceKeyOf(incident.entity_value.replace(/\/\d+$/, ''))
    : subject.value === incident.entity_value;
}

function keyOf(subject: Subject): string {
  return subject.type === 'ip' ? sourceKeyOf(subject.value) : subject.value;
}

const trustOrder: readonly FieldTrust[] = ['transport', 'structured', 'anchored', 'free'];

/** Two sightings of one value: the one that is easier to believe speaks for it. */
function isBetter(a: Subject, b: Subject): boolean {
  const rank = (subject: Subject) =>
    (subject.channel_trust === 'authenticated' ? 0 : 10) + trustOrder.indexOf(subject.field_trust);
  return rank(a) < rank(b);
}
