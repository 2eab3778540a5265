import type { Tx } from '../db/index.ts';
import { sightingsOf, type Sighting } from '../detect/index.ts';
import { findingIdsOf } from './store/incidents.ts';

/** Findings looked at, of one incident and of all; the gravest and newest of each in any case. */
const looked = { each: 500, all: 20_000, least: 20 };

/** When each address (or range) was last seen acting in its incident, and which sources saw it, in the order of the questions. */
export async function sightingsIn(
  tx: Tx,
  questions: readonly { incidentId: string; target: string }[],
): Promise<(Sighting | undefined)[]> {
  if (questions.length === 0) return [];
  const incidentIds = [...new Set(questions.map(({ incidentId }) => incidentId))];
  const each = Math.min(looked.each, Math.max(looked.least, Math.floor(looked.all / incidentIds.length)));
  const places = await findingIdsOf(tx, incidentIds, each);
  return sightingsOf(
    tx,
    questions.map(({ incidentId, target }) => ({ group: incidentId, target })),
    places.map(({ incident_id, finding_id }) => ({ group: incident_id, finding_id })),
  );
}
