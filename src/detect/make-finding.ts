import { idFrom } from '../base/ids.ts';
import { sourceKeyOf, canonicalAddress } from '../base/address.ts';
import type { Finding } from '../schema/finding.ts';
import { severityOfLevel } from '../schema/severity.ts';
import type { Subject } from '../schema/subject.ts';
import type { Header } from '../standards/sigma/index.ts';
import { attacksOf } from './attacks.ts';
import { groupText, type Episode, type GroupState } from './correlate/group-state.ts';
import type { Customs } from './rules/content.ts';

/** What a finding tells that its rule does not. */
export type Occurrence = Pick<
  Finding,
  | 'id'
  | 'tenant_id'
  | 'site_id'
  | 'message'
  | 'subjects'
  | 'group_key'
  | 'source_ids'
  | 'first_seen_at'
  | 'last_seen_at'
  | 'event_count'
  | 'evidence'
  | 'is_demonstration'
>;

export function makeFinding(header: Header, customs: Customs, occurrence: Occurrence, now: Date): Finding {
  return {
    ...occurrence,
    rule_id: header.id,
    rule_title: header.title,
    rule_version: header.hash,
    severity_id: severityOfLevel[header.level],
    status_id: 1,
    cause: customs.cause,
    attacks: attacksOf(header.tags),
    false_positives: [...header.falsepositives],
    revision: 1,
    created_at: now,
    updated_at: now,
  };
}

/** The finding of a correlation's episode: the group's own values stand first among its subjects. */
export function episodeFinding(
  header: Header,
  customs: Customs,
  state: GroupState,
  episode: Episode,
  now: Date,
): Finding {
  const values = new Set(state.group.map(({ value }) => value));
  const isOfGroup = ({ value }: Subject) => values.has(value) || values.has(addressKey(value));
  const subjects = [
    ...episode.subjects.filter(isOfGroup),
    ...episode.subjects.filter((subject) => !isOfGroup(subject)),
  ];
  const group = state.group.map(({ value }) => value).join(', ');
  const message = customs.message.fill({
    ...Object.fromEntries(state.group.map(({ field, value }) => [field, value])),
    ...episode.texts,
    title: header.title,
    count: String(episode.count),
    group: group === '' ? 'all sources' : group,
  });
  const occurrence = {
    id: episode.id,
    tenant_id: state.tenant_id,
    site_id: state.site_id,
    message,
    subjects,
    group_key: groupText(state.group),
    source_ids: episode.source_ids,
    first_seen_at: new Date(episode.first),
    last_seen_at: new Date(episode.last),
    event_count: episode.count,
    evidence: [...episode.head, ...episode.tail],
    is_demonstration: state.is_demonstration,
  };
  return makeFinding(header, customs, occurrence, now);
}

function addressKey(value: string): string {
  const address = canonicalAddress(value);
  return address === undefined ? value : sourceKeyOf(address);
}

/** Says that windows were forgotten before their time: something may not have been seen. One an hour and rule. */
export function overflowFinding(ruleId: string, groups: number, now: Date): Finding {
  const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  return {
    id: idFrom('finding', 'detect-overflow', ruleId, hour.toISOString()),
    tenant_id: 'default',
    site_id: 'default',
    rule_id: 'firebreak-detect-overflow',
    rule_title: 'A correlation forgot groups before their time',
    rule_version: '1',
    severity_id: 3,
    status_id: 1,
    message: `The rule ${ruleId} has more groups than it may keep; ${groups} of the least active were forgotten.`,
    cause: 'detect_overflow',
    attacks: [],
    false_positives: ['A rule that groups by a field with very many values.'],
    subjects: [],
    group_key: `rule=${ruleId}`,
    source_ids: [],
    first_seen_at: hour,
    last_seen_at: now,
    event_count: groups,
    evidence: [],
    is_demonstration: false,
    revision: 1,
    created_at: now,
    updated_at: now,
  };
}
