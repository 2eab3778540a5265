import type { Incident, IncidentStatus } from '../schema/incident.ts';
import { errors } from './errors.ts';

/** What may follow what. A closed incident stays closed: what fires again opens a new one that names it. */
export const transitions: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  new: ['in_progress', 'on_hold', 'resolved', 'closed'],
  in_progress: ['on_hold', 'resolved', 'closed'],
  on_hold: ['in_progress', 'resolved', 'closed'],
  resolved: ['in_progress', 'closed'],
  closed: [],
};

/** The statuses in which an incident takes findings and holds its (entity, cause) pairs. */
export const openStatuses: readonly IncidentStatus[] = ['new', 'in_progress', 'on_hold'];

export interface StatusChange {
  status: IncidentStatus;
  resolvedAtMs: number | null;
  closedAtMs: number | null;
}

/** The one way to another status. Throws TRIAGE.BAD_TRANSITION, TRIAGE.VERDICT_NEEDED. */
export function advance(
  incident: Pick<Incident, 'id' | 'status' | 'verdict'>,
  to: IncidentStatus,
  atMs: number,
): StatusChange {
  if (!transitions[incident.status].includes(to)) throw errors.BAD_TRANSITION([incident.id, incident.status, to]);
  if (to === 'closed' && incident.verdict === null) throw errors.VERDICT_NEEDED([incident.id]);
  return {
    status: to,
    resolvedAtMs: to === 'resolved' || to === 'closed' ? atMs : null,
    closedAtMs: to === 'closed' ? atMs : null,
  };
}
