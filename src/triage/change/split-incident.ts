import { newId } from '../../base/ids.ts';
import { storableText } from '../../base/storable-text.ts';
import type { Tx } from '../../db/index.ts';
import { findingsByIds } from '../../detect/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { errors } from '../errors.ts';
import { viewOf } from '../group/finding-view.ts';
import { newIncident } from '../new-incident.ts';
import { openStatuses } from '../statuses.ts';
import { findingPlaces } from '../store/incidents.ts';
import { moveCauses, moveFindings } from '../store/write-changes.ts';
import { writeGrouped } from '../store/write-incidents.ts';
import { lockIncident, recordChange, type Act } from './act.ts';
import { rebuildIncident } from './rebuild-incident.ts';

/**
 * Moves some findings of an open incident to a new one. (entity, cause) pairs that only they have go with them, so that
 * what fires again finds its place. Gives the new incident. Throws TRIAGE.BAD_SPLIT, TRIAGE.NO_INCIDENT.
 */
export async function splitIncident(
  tx: Tx,
  request: { id: string; findingIds: readonly string[]; reason: string; revision?: number },
  act: Act,
): Promise<Incident> {
  const from = await lockIncident(tx, request.id, request.revision);
  if (!openStatuses.includes(from.status)) throw errors.BAD_SPLIT([`incident ${from.number} is ${from.status}.`]);
  const places = await findingPlaces(tx, from.id);
  const moved = places.filter((place) => request.findingIds.includes(place.finding_id));
  const staying = places.filter((place) => !request.findingIds.includes(place.finding_id));
  if (moved.length === 0 || moved.length !== new Set(request.findingIds).size)
    throw errors.BAD_SPLIT(['not all of these findings are in it.']);
  if (staying.length === 0) throw errors.BAD_SPLIT(['nothing would be left in it.']);
  const findings = await findingsByIds(tx, request.findingIds);
  const worst = findings.toSorted((a, b) => b.severity_id - a.severity_id)[0];
  if (!worst) throw errors.BAD_SPLIT(['its findings are gone.']);
  const { about } = viewOf(worst);
  const id = newId('incident', act.at);
  await writeGrouped(
    tx,
    {
      opened: [
        {
          // Numbered when it is written, counted and scored below.
          ...newIncident({ id, number: 0, finding: worst, about }, act.at),
          entity_reason: about.reason,
          former_incident_id: from.id,
        },
      ],
    },
    act.by,
    act.at,
  );
  const reason = `Split from incident ${from.number}: ${storableText(request.reason)}`;
  await moveFindings(tx, {
    fromId: from.id,
    toId: id,
    findingIds: request.findingIds,
    reason,
    by: act.by,
    atMs: act.at,
  });
  const key = (pair: { entity_type: string; entity_value: string; cause: string }) =>
    JSON.stringify([pair.entity_type, pair.entity_value, pair.cause]);
  const kept = new Set([...staying.map(key), key(from)]);
  const causes = [
    ...new Map(moved.filter((place) => !kept.has(key(place))).map((place) => [key(place), place])).values(),
  ];
  await moveCauses(tx, { fromId: from.id, toId: id, causes });
  await rebuildIncident(tx, from, act.at);
  await rebuildIncident(tx, await lockIncident(tx, id), act.at);
  const body = { from: from.id, to: id, findings: [...request.findingIds], reason: request.reason };
  await recordChange(
    tx,
    {
      id: from.id,
      change: 'updated',
      kind: 'incident.split',
      summary: `${moved.length} findings of incident ${from.number} became an incident of their own. ${request.reason}`,
      body,
    },
    act,
  );
  return recordChange(
    tx,
    { id, change: 'opened', kind: 'incident.opened', summary: `Opened by a split. ${reason}`, body },
    act,
  );
}
