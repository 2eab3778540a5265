import { incidentStatusIds, verdictIds } from '../../schema/incident.ts';
import type { IncidentDetail } from '../../triage/index.ts';
import { findingInfo } from './finding-to-ocsf.ts';
import { observable, ocsfHead } from './ocsf-head.ts';

/** An incident as OCSF 1.8.0 Incident Finding (2005): closed, updated once it changed, else created. Pure. */
export function incidentToOcsf(detail: IncidentDetail): Record<string, unknown> {
  const { incident } = detail;
  return {
    ...ocsfHead({
      classUid: 2005,
      activityId: incident.status === 'closed' ? 3 : incident.revision > 1 ? 2 : 1,
      time: incident.updated_at,
      severityId: incident.severity_id,
      uid: `${incident.id}#${incident.revision}`,
      tenantId: incident.tenant_id,
      message: incident.title,
    }),
    status_id: incidentStatusIds[incident.status],
    ...(incident.verdict === null ? {} : { verdict_id: verdictIds[incident.verdict] }),
    // The class wants one of both: nobody is a group, too.
    ...(incident.assignee === null
      ? { assignee_group: { name: 'unassigned' } }
      : { assignee: { name: incident.assignee } }),
    desc: `${detail.entityReason}: ${incident.entity_value}`,
    count: incident.event_count,
    start_time: incident.first_seen_at.getTime(),
    end_time: incident.last_seen_at.getTime(),
    risk_score: Math.round(incident.risk_score),
    risk_details: incident.risk_terms.map((term) => `${term.name} ${term.points}: ${term.reason}`).join(' '),
    finding_info_list: detail.findings.map(({ finding }) => findingInfo(finding)),
    observables: detail.entities.map((entity) => observable(entity.role, entity.type, entity.value)),
    unmapped: {
      number: incident.number,
      site_id: incident.site_id,
      stage: incident.stage,
      cause: incident.cause,
      declared_at: incident.declared_at?.getTime() ?? null,
      declared_by: incident.declared_by,
      is_demonstration: incident.is_demonstration,
      former_incident_id: detail.formerIncidentId,
      merged_into_id: detail.mergedIntoId,
      reasons: detail.findings.map(({ finding, reason }) => ({ finding_uid: finding.id, reason })),
    },
  };
}
