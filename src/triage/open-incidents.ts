import type { Incident } from '../schema/incident.ts';
import type { Placement } from './group/group.ts';
import type { Known } from './group/known.ts';
import { newIncident } from './new-incident.ts';
import { factsOfOpened } from './score/facts-of-opened.ts';
import type { Facts } from './score/facts.ts';
import { scoreIncidents, type Span } from './score/score-incidents.ts';
import type { SeenEntity } from './store/write-incidents.ts';

/**
 * The incidents that these placements open, as they are to be: suspected, new, counted and scored. Their numbers are the next
 * of their tenant, as far as is known: they are not written when somebody else took them meanwhile. Pure.
 */
export function openIncidents(
  placements: readonly Placement[],
  entities: readonly SeenEntity[],
  known: Known,
  spans: ReadonlyMap<string, Span>,
  atMs: number,
): Incident[] {
  const placementsOf = Map.groupBy(placements, ({ incidentId }) => incidentId);
  const entitiesOf = Map.groupBy(entities, ({ incident_id: id }) => id);
  const numbers = new Map(known.lastNumbers);
  const facts = new Map<string, Facts>();
  const bare = placements
    .filter(({ how }) => how === 'opens')
    .map((opening) => {
      const { incidentId: id, finding } = opening;
      const number = (numbers.get(finding.tenant_id) ?? 0) + 1;
      numbers.set(finding.tenant_id, number);
      facts.set(id, factsOfOpened(opening, placementsOf.get(id) ?? [], entitiesOf.get(id) ?? [], known.ruleVerdicts));
      return newIncident({ id, number, finding, about: opening.view.about }, atMs);
    });
  return scoreIncidents(bare, facts, spans, atMs);
}
