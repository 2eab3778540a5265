import type { Tx } from '../../db/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { errors } from '../errors.ts';
import { writeDeclaration } from '../store/write-changes.ts';
import { lockIncident, recordChange, type Act } from './act.ts';

/** A person says that this is an incident; legal clocks start from here. Throws TRIAGE.DECLARED_ALREADY, TRIAGE.NO_INCIDENT, TRIAGE.CHANGED_MEANWHILE. */
export async function declareIncident(
  tx: Tx,
  request: { id: string; comment?: string; revision?: number },
  act: Act,
): Promise<Incident> {
  const before = await lockIncident(tx, request.id, request.revision);
  if (before.stage === 'declared') throw errors.DECLARED_ALREADY([request.id]);
  await writeDeclaration(tx, request.id, act.by, act.at);
  return recordChange(
    tx,
    {
      id: request.id,
      change: 'updated',
      kind: 'incident.declared',
      summary: `Incident ${before.number} was declared.${request.comment ? ` ${request.comment}` : ''}`,
      body: { severity_id: before.severity_id, comment: request.comment ?? null },
    },
    act,
  );
}
