import type { LedgerEntry } from '../ledger/index.ts';
import type { Incident } from '../schema/incident.ts';
import { triageActor } from './change/write-placements.ts';
import type { DeclarePolicy } from './declare-policy.ts';

/** Who declared, where the owner's policy did. */
export const declaringPolicy = 'policy:triage.declare';

/** The incidents as they are when the policy has spoken, and what the ledger is told of those that it declared. Pure. */
export function declare(
  incidents: readonly Incident[],
  policy: DeclarePolicy,
  atMs: number,
): { after: Incident[]; declared: string[]; entries: LedgerEntry[] } {
  const declared: string[] = [];
  const entries: LedgerEntry[] = [];
  const after = incidents.map((incident): Incident => {
    const condition = incident.stage === 'suspected' ? policy(incident) : undefined;
    if (condition === undefined) return incident;
    declared.push(incident.id);
    entries.push({
      tenant_id: incident.tenant_id,
      at: atMs,
      kind: 'incident.declared',
      actor: triageActor,
      incident_id: incident.id,
      subject: incident.id,
      summary: `Incident ${incident.number} was declared by the owner's policy: ${condition}`,
      body: { condition, severity_id: incident.severity_id, risk_score: incident.risk_score },
    });
    return { ...incident, stage: 'declared', declared_at: new Date(atMs), declared_by: declaringPolicy };
  });
  return { after, declared, entries };
}
