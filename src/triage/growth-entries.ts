import { counted } from '../base/counted.ts';
import type { LedgerEntry } from '../ledger/index.ts';
import type { Incident } from '../schema/incident.ts';
import { severityNames } from '../schema/severity.ts';
import { triageActor } from './change/write-placements.ts';
import type { Placement } from './group/group.ts';

/** Findings named one by one in an entry; the rest are counted. */
const namedFindings = 50;

/** What a turn did, for the ledger: one entry per incident that was opened, reopened, grew or became worse. Pure. */
export function growthEntries(
  placements: readonly Placement[],
  before: readonly Incident[],
  after: readonly Incident[],
  atMs: number,
): LedgerEntry[] {
  const byIncident = Map.groupBy(placements, (placement) => placement.incidentId);
  const earlier = new Map(before.map((incident) => [incident.id, incident]));
  return after.flatMap((incident) => {
    const ofIt = byIncident.get(incident.id) ?? [];
    const joined = ofIt.filter((placement) => placement.how !== 'fires_again');
    const was = earlier.get(incident.id);
    const isWorse = was !== undefined && incident.severity_id > was.severity_id;
    if (joined.length === 0 && !isWorse) return [];
    const reopened = joined.find((placement) => placement.how === 'reopens');
    const { kind, summary } = headOf(incident, was, joined.length, reopened);
    return [
      {
        tenant_id: incident.tenant_id,
        at: atMs,
        kind,
        actor: triageActor,
        incident_id: incident.id,
        subject: incident.id,
        summary,
        body: {
          number: incident.number,
          entity: { type: incident.entity_type, value: incident.entity_value },
          cause: incident.cause,
          severity_id: incident.severity_id,
          severity_before: was?.severity_id ?? null,
          risk_score: incident.risk_score,
          risk_terms: incident.risk_terms,
          findings_joined: joined.length,
          findings: joined.slice(0, namedFindings).map((placement) => ({
            id: placement.finding.id,
            rule_id: placement.finding.rule_id,
            rule_version: placement.finding.rule_version,
            how: placement.how,
            reason: placement.reason,
            event_count: placement.finding.event_count,
          })),
          former_incident_id: joined.find((placement) => placement.former)?.former?.id ?? null,
        },
      },
    ];
  });
}

function headOf(
  incident: Incident,
  was: Incident | undefined,
  joined: number,
  reopened: Placement | undefined,
): { kind: string; summary: string } {
  const severity = severityNames[incident.severity_id] ?? String(incident.severity_id);
  if (!was)
    return {
      kind: 'incident.opened',
      summary: `Incident ${incident.number} was opened (${severity}): ${incident.title}.`,
    };
  if (reopened)
    return { kind: 'incident.reopened', summary: `Incident ${incident.number} was taken up again: ${reopened.reason}` };
  if (joined > 0)
    return {
      kind: 'incident.grew',
      summary: `${counted(joined, 'finding')} joined incident ${incident.number} (${severity}): ${incident.title}.`,
    };
  return { kind: 'incident.worsened', summary: `Incident ${incident.number} is ${severity} now: ${incident.title}.` };
}
