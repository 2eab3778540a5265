import type { Tx } from '../db/index.ts';
import { sightingOf, type Sighting } from '../detect/index.ts';
import { findingIdsOf } from './store/incidents.ts';

const looked = 500;

/** When an address (or range) was last seen acting in an incident, and which sources saw it. */
export async function sightingIn(tx: Tx, incidentId: string, target: string): Promise<Sighting | undefined> {
  const places = await findingIdsOf(tx, [incidentId], looked);
  return sightingOf(
    tx,
    places.map(({ finding_id }) => finding_id),
    target,
  );
}
