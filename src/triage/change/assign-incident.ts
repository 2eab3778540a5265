import { storableText } from '../../base/storable-text.ts';
import type { Tx } from '../../db/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { writeAssignee } from '../store/write-changes.ts';
import { lockIncident, recordChange, type Act } from './act.ts';

/** Who works on it; null: nobody. Throws TRIAGE.NO_INCIDENT, TRIAGE.CHANGED_MEANWHILE. */
export async function assignIncident(
  tx: Tx,
  request: { id: string; assignee: string | null; revision?: number },
  act: Act,
): Promise<Incident> {
  const before = await lockIncident(tx, request.id, request.revision);
  const assignee = request.assignee === null ? null : storableText(request.assignee);
  await writeAssignee(tx, request.id, assignee, act.at);
  return recordChange(
    tx,
    {
      id: request.id,
      change: 'updated',
      kind: 'incident.assigned',
      summary: `Incident ${before.number} ${assignee === null ? 'is nobody’s now' : `was given to ${assignee}`}.`,
      body: { assignee, assignee_before: before.assignee },
    },
    act,
  );
}
