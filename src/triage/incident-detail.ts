import type { Tx } from '../db/index.ts';
import { findingsByIds } from '../detect/index.ts';
import type { Finding } from '../schema/finding.ts';
import type { Incident } from '../schema/incident.ts';
import { errors } from './errors.ts';
import {
  selectEntitiesOf,
  selectJoinedFindings,
  selectLinks,
  selectVerdicts,
  type EntityOfIncident,
  type GivenVerdict,
} from './store/detail.ts';
import { incidentById } from './store/incidents.ts';

export interface IncidentDetail {
  incident: Incident;
  /** Why it is about its entity. */
  entityReason: string;
  /** Worst first, at most 500; `incident.finding_count` has them all. */
  findings: { finding: Finding; reason: string; joined_by: string; joined_at: Date; event_count: number }[];
  /** Who and what is in it: actors, then victims; at most 500 each. */
  entities: EntityOfIncident[];
  /** Oldest first; the last one stands. */
  verdicts: GivenVerdict[];
  /** The closed incident of the same entity and cause, or the one it was split from. */
  formerIncidentId: string | null;
  mergedIntoId: string | null;
}

const shown = 500;

/** Everything that triage knows of an incident, with its reasons. Throws TRIAGE.NO_INCIDENT. */
export async function incidentDetail(tx: Tx, id: string): Promise<IncidentDetail> {
  const incident = await incidentById(tx, id);
  if (!incident) throw errors.NO_INCIDENT([id]);
  const joined = await selectJoinedFindings(tx, id, shown);
  const findings = new Map(
    (
      await findingsByIds(
        tx,
        joined.map((place) => place.finding_id),
      )
    ).map((finding) => [finding.id, finding]),
  );
  const links = await selectLinks(tx, id);
  return {
    incident,
    entityReason: links.entity_reason,
    findings: joined.flatMap(({ finding_id, ...place }) => {
      const finding = findings.get(finding_id);
      return finding ? [{ finding, ...place }] : [];
    }),
    entities: await selectEntitiesOf(tx, id, shown),
    verdicts: await selectVerdicts(tx, id),
    formerIncidentId: links.former_incident_id,
    mergedIntoId: links.merged_into_id,
  };
}
