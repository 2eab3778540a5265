import type { Tx } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { errors } from '../errors.ts';
import { insertIncidentClaims, type IncidentChange } from '../store/incident-claims.ts';
import { incidentById, lockIncidents } from '../store/incidents.ts';

/** Who does it, and when. */
export interface Act {
  /** `user--…`, `token--…`, `execution--…`, `cli:<os user>`, `system:<room>`. */
  by: string;
  /** Epoch ms. */
  at: number;
}

/** The incident, locked until the transaction ends. Throws TRIAGE.NO_INCIDENT, TRIAGE.CHANGED_MEANWHILE. */
export async function lockIncident(tx: Tx, id: string, revision?: number): Promise<Incident> {
  const [incident] = await lockIncidents(tx, [id]);
  if (!incident) throw errors.NO_INCIDENT([id]);
  if (revision !== undefined && incident.revision !== revision) throw errors.CHANGED_MEANWHILE([id, incident.revision]);
  return incident;
}

/** Puts a change that is written already on record, tells respond, and gives the incident as it is now. */
export async function recordChange(
  tx: Tx,
  change: { id: string; change: IncidentChange; kind: string; summary: string; body: Record<string, unknown> },
  act: Act,
): Promise<Incident> {
  const incident = await incidentById(tx, change.id);
  if (!incident) throw errors.NO_INCIDENT([change.id]);
  await append(tx, [
    {
      tenant_id: incident.tenant_id,
      at: act.at,
      kind: change.kind,
      actor: act.by,
      incident_id: incident.id,
      subject: incident.id,
      summary: change.summary,
      body: { number: incident.number, revision: incident.revision, ...change.body },
    },
  ]);
  await insertIncidentClaims(tx, [{ incident_id: incident.id, change: change.change, revision: incident.revision }]);
  return incident;
}
