import { newId } from '../../base/ids.ts';
import { storableText } from '../../base/storable-text.ts';
import type { Tx } from '../../db/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { errors } from '../errors.ts';
import { openStatuses } from '../statuses.ts';
import { causesOf, findingPlaces, lockIncidents } from '../store/incidents.ts';
import { moveCauses, moveFindings, writeMerged, writeStatus, writeVerdict } from '../store/write-changes.ts';
import { recordChange, type Act } from './act.ts';
import { rebuildIncident } from './rebuild-incident.ts';

/**
 * Moves everything of incident `id` into `intoId` and closes `id` as a duplicate that names the other. Both must be open
 * and at one place. Gives the incident that goes on. Throws TRIAGE.BAD_MERGE, TRIAGE.NO_INCIDENT.
 */
export async function mergeIncidents(
  tx: Tx,
  request: { id: string; intoId: string; reason: string },
  act: Act,
): Promise<Incident> {
  const locked = await lockIncidents(tx, [request.id, request.intoId]);
  const from = locked.find((incident) => incident.id === request.id);
  const into = locked.find((incident) => incident.id === request.intoId);
  if (!from) throw errors.NO_INCIDENT([request.id]);
  if (!into) throw errors.NO_INCIDENT([request.intoId]);
  if (from.id === into.id) throw errors.BAD_MERGE(['they are one and the same.']);
  if (from.tenant_id !== into.tenant_id || from.site_id !== into.site_id)
    throw errors.BAD_MERGE(['they are of different tenants or sites.']);
  const closed = [from, into].find((incident) => !openStatuses.includes(incident.status));
  if (closed) throw errors.BAD_MERGE([`incident ${closed.number} is ${closed.status}.`]);
  const findingIds = (await findingPlaces(tx, from.id)).map((place) => place.finding_id);
  const reason = `Merged from incident ${from.number}: ${storableText(request.reason)}`;
  await moveFindings(tx, { fromId: from.id, toId: into.id, findingIds, reason, by: act.by, atMs: act.at });
  await moveCauses(tx, { fromId: from.id, toId: into.id, causes: await causesOf(tx, from.id) });
  await rebuildIncident(tx, into, act.at);
  await rebuildIncident(tx, from, act.at);
  await writeMerged(tx, from.id, into.id);
  await writeVerdict(tx, {
    id: newId('verdict', act.at),
    tenant_id: from.tenant_id,
    incident_id: from.id,
    verdict: 'duplicate',
    comment: reason,
    by: act.by,
    atMs: act.at,
  });
  await writeStatus(tx, from.id, { status: 'closed', resolvedAtMs: act.at, closedAtMs: act.at }, act.at);
  const body = { from: from.id, into: into.id, findings: findingIds.length, reason: request.reason };
  const summary = `Incident ${from.number} was merged into incident ${into.number}. ${request.reason}`;
  await recordChange(tx, { id: from.id, change: 'closed', kind: 'incident.merged', summary, body }, act);
  return recordChange(tx, { id: into.id, change: 'grew', kind: 'incident.merged', summary, body }, act);
}
