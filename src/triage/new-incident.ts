import type { Finding } from '../schema/finding.ts';
import type { Incident } from '../schema/incident.ts';
import type { About } from './group/finding-view.ts';

/** Suspected and new, with nothing counted or scored yet. */
export function newIncident(
  { id, number, finding, about }: { id: string; number: number; finding: Finding; about: About },
  atMs: number,
): Incident {
  return {
    id,
    number,
    tenant_id: finding.tenant_id,
    site_id: finding.site_id,
    title: finding.rule_title,
    stage: 'suspected',
    status: 'new',
    severity_id: finding.severity_id,
    risk_score: 0,
    risk_terms: [],
    entity_type: about.type,
    entity_value: about.value,
    cause: finding.cause,
    finding_count: 0,
    event_count: 0,
    first_seen_at: finding.first_seen_at,
    last_seen_at: finding.last_seen_at,
    declared_at: null,
    declared_by: null,
    assignee: null,
    verdict: null,
    verdict_by: null,
    is_demonstration: finding.is_demonstration,
    revision: 0,
    created_at: new Date(atMs),
    updated_at: new Date(atMs),
    closed_at: null,
  };
}
