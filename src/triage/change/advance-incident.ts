import type { Tx } from '../../db/index.ts';
import type { Incident, IncidentStatus, Verdict } from '../../schema/incident.ts';
import { errors } from '../errors.ts';
import { advance, openStatuses } from '../statuses.ts';
import { pairsAreFree } from '../store/incidents.ts';
import { setCausesOpen } from '../store/write-incidents.ts';
import { writeStatus } from '../store/write-changes.ts';
import { lockIncident, recordChange, type Act } from './act.ts';
import { setVerdict } from './set-verdict.ts';

/**
 * Moves an incident to another status; closing needs a verdict, given here or before. Throws TRIAGE.BAD_TRANSITION,
 * TRIAGE.VERDICT_NEEDED, TRIAGE.OPEN_ALREADY, TRIAGE.NO_INCIDENT, TRIAGE.CHANGED_MEANWHILE.
 */
export async function advanceIncident(
  tx: Tx,
  request: { id: string; to: IncidentStatus; comment?: string; verdict?: Verdict; revision?: number },
  act: Act,
): Promise<Incident> {
  const before = await lockIncident(tx, request.id, request.revision);
  const incident = { ...before, verdict: request.verdict ?? before.verdict };
  const change = advance(incident, request.to, act.at);
  if (request.verdict !== undefined)
    await setVerdict(tx, { id: request.id, verdict: request.verdict, comment: request.comment ?? '' }, act);
  const isOpen = openStatuses.includes(request.to);
  if (isOpen !== openStatuses.includes(before.status)) {
    if (isOpen && !(await pairsAreFree(tx, request.id))) throw errors.OPEN_ALREADY([request.id]);
    await setCausesOpen(tx, [request.id], isOpen);
  }
  await writeStatus(tx, request.id, change, act.at);
  return recordChange(
    tx,
    {
      id: request.id,
      change: request.to === 'closed' ? 'closed' : 'updated',
      kind: 'incident.status_changed',
      summary: `Incident ${before.number} went from ${before.status} to ${request.to}.${said(request.comment)}`,
      body: { from: before.status, to: request.to, verdict: incident.verdict, comment: request.comment ?? null },
    },
    act,
  );
}

const said = (comment: string | undefined) => (comment ? ` ${comment}` : '');
