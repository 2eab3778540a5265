import type { Finding } from '../../schema/finding.ts';
import { observable, ocsfHead } from './ocsf-head.ts';

/** A finding as OCSF 1.8.0 Detection Finding (2004): updated once it changed, else created. Pure. */
export function findingToOcsf(finding: Finding): Record<string, unknown> {
  return {
    ...ocsfHead({
      classUid: 2004,
      activityId: finding.revision > 1 ? 2 : 1,
      time: finding.updated_at,
      severityId: finding.severity_id,
      uid: `${finding.id}#${finding.revision}`,
      tenantId: finding.tenant_id,
      message: finding.message,
    }),
    status_id: finding.status_id,
    is_alert: true,
    count: finding.event_count,
    start_time: finding.first_seen_at.getTime(),
    end_time: finding.last_seen_at.getTime(),
    finding_info: findingInfo(finding),
    observables: finding.subjects.map((subject) => observable(subject.field, subject.type, subject.value)),
    evidences: finding.evidence.map((event) => ({
      name: event.source_id,
      uid: event.uid,
      data: { raw_data: event.raw_data, time: event.time },
    })),
    unmapped: {
      site_id: finding.site_id,
      cause: finding.cause,
      group_key: finding.group_key,
      source_ids: finding.source_ids,
      false_positives: finding.false_positives,
      is_demonstration: finding.is_demonstration,
      roles: finding.subjects.map(({ type, value, role, field_trust, channel_trust }) => ({
        type,
        value,
        role,
        field_trust,
        channel_trust,
      })),
    },
  };
}

/** The finding as both classes describe it: 2005 lists it in finding_info_list. */
export function findingInfo(finding: Finding): Record<string, unknown> {
  return {
    uid: finding.id,
    title: finding.rule_title,
    desc: finding.message,
    analytic: {
      type_id: 1,
      type: 'Rule',
      uid: finding.rule_id,
      name: finding.rule_title,
      version: finding.rule_version,
    },
    created_time: finding.created_at.getTime(),
    modified_time: finding.updated_at.getTime(),
    first_seen_time: finding.first_seen_at.getTime(),
    last_seen_time: finding.last_seen_at.getTime(),
    related_events_count: finding.event_count,
    ...(finding.attacks.length > 0 ? { attacks: finding.attacks.map(attack) } : {}),
  };
}

function attack({ technique_id, tactic }: Finding['attacks'][number]): Record<string, unknown> {
  const [technique = technique_id] = technique_id.split('.');
  return {
    technique: { uid: technique },
    ...(technique_id.includes('.') ? { sub_technique: { uid: technique_id } } : {}),
    ...(tactic === undefined ? {} : { tactic: { name: tactic } }),
  };
}
