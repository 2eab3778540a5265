import type { Tx } from '../../db/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { pairOf, type Placement } from '../group/group.ts';
import { entityKey, type Known } from '../group/known.ts';
import {
  leaveIncidents,
  setCausesOpen,
  writeGrouped,
  type CauseRow,
  type JoinedFinding,
  type SeenEntity,
} from '../store/write-incidents.ts';

export const triageActor = 'system:triage';

/**
 * Writes what grouping decided, with the incidents it opened as they are to be. All is sent before it returns, so
 * that what is sent next reads it. Fails the transaction (23505, 40001) when another process was faster.
 */
export function writePlacements(tx: Tx, { placements, opened, entities }: Placed, atMs: number): Promise<unknown> {
  const reopened = placements.filter((placement) => placement.how === 'reopens');
  const arriving = placements.filter((placement) => placement.how !== 'fires_again');
  const moved = arriving.filter((placement) => placement.wasElsewhere).map((placement) => placement.finding.id);
  const openings = new Map(
    placements.filter(({ how }) => how === 'opens').map((placement) => [placement.incidentId, placement]),
  );
  const grouped = {
    opened: opened.map((incident) => ({
      ...incident,
      entity_reason: openings.get(incident.id)?.view.about.reason ?? '',
      former_incident_id: openings.get(incident.id)?.former?.id ?? null,
    })),
    causes: arriving.map(causeRow),
    joined: placements.map(joinedFinding),
    entities,
  };
  return Promise.all([
    reopened.length > 0 && setCausesOpen(tx, ids(reopened), true),
    moved.length > 0 && leaveIncidents(tx, moved),
    writeGrouped(tx, grouped, triageActor, atMs),
  ]);
}

export interface Placed {
  placements: readonly Placement[];
  opened: readonly Incident[];
  entities: readonly SeenEntity[];
}

const ids = (placements: readonly Placement[]) => [...new Set(placements.map((placement) => placement.incidentId))];

function causeRow(placement: Placement): CauseRow {
  return { incident_id: placement.incidentId, ...pairOf(placement.finding, placement.view) };
}

function joinedFinding(placement: Placement): JoinedFinding {
  const { finding, view } = placement;
  return {
    incident_id: placement.incidentId,
    finding_id: finding.id,
    reason: placement.reason,
    rule_id: finding.rule_id,
    rule_title: finding.rule_title,
    severity_id: finding.severity_id,
    technique_ids: [...new Set(finding.attacks.map((attack) => attack.technique_id))],
    entity_type: view.about.type,
    entity_value: view.about.value,
    cause: finding.cause,
    new_events: placement.newEvents,
  };
}

/** One row per entity of an incident, whatever the number of findings that name it. */
export function seenEntities(placements: readonly Placement[], known: Known): SeenEntity[] {
  const seen = new Map<string, SeenEntity>();
  for (const { finding, view, incidentId } of placements)
    for (const entity of view.entities) {
      const key = JSON.stringify([incidentId, entity.type, entity.value, entity.role]);
      const asset = known.assets.get(entityKey(finding, entity));
      const row = seen.get(key);
      if (row) {
        row.times += 1;
        row.is_trusted ||= entity.isTrusted;
        row.last_finding_id = finding.id;
        if (finding.first_seen_at < row.first_seen_at) row.first_seen_at = finding.first_seen_at;
        if (finding.last_seen_at > row.last_seen_at) row.last_seen_at = finding.last_seen_at;
      } else
        seen.set(key, {
          incident_id: incidentId,
          tenant_id: finding.tenant_id,
          site_id: finding.site_id,
          type: entity.type,
          value: entity.value,
          role: entity.role,
          is_trusted: entity.isTrusted,
          importance: asset?.importance ?? 2,
          asset_roles: asset?.roles ?? [],
          times: 1,
          last_finding_id: finding.id,
          first_seen_at: finding.first_seen_at,
          last_seen_at: finding.last_seen_at,
        });
    }
  return [...seen.values()];
}
