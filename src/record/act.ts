import type { Tx } from '../db/index.ts';
import { append } from '../ledger/index.ts';
import type { Incident } from '../schema/incident.ts';
import { incidentById, type Act } from '../triage/index.ts';
import { errors } from './errors.ts';

export async function incidentOf(tx: Tx, id: string): Promise<Incident> {
  const incident = await incidentById(tx, id);
  if (!incident) throw errors.NO_INCIDENT([id]);
  return incident;
}

/** Puts what was done to the record of an incident in the ledger. */
export async function putOnRecord(
  tx: Tx,
  thing: { tenant_id: string; incident_id: string; id: string },
  entry: { kind: string; summary: string; body: Record<string, unknown> },
  act: Act,
): Promise<void> {
  await append(tx, [
    {
      tenant_id: thing.tenant_id,
      at: act.at,
      kind: entry.kind,
      actor: act.by,
      incident_id: thing.incident_id,
      subject: thing.id,
      summary: entry.summary,
      body: entry.body,
    },
  ]);
}
