import { newId } from '../../base/ids.ts';
import { storableText } from '../../base/storable-text.ts';
import type { Tx } from '../../db/index.ts';
import type { Incident, Verdict } from '../../schema/incident.ts';
import { writeVerdict } from '../store/write-changes.ts';
import { lockIncident, recordChange, type Act } from './act.ts';

/**
 * What it was. Respond hears of it (`verdict`) and releases everything that a false positive caused. Every verdict is
 * kept; the last one stands. Throws TRIAGE.NO_INCIDENT, TRIAGE.CHANGED_MEANWHILE.
 */
export async function setVerdict(
  tx: Tx,
  request: { id: string; verdict: Verdict; comment?: string; revision?: number },
  act: Act,
): Promise<Incident> {
  const before = await lockIncident(tx, request.id, request.revision);
  const comment = storableText(request.comment ?? '');
  await writeVerdict(tx, {
    id: newId('verdict', act.at),
    tenant_id: before.tenant_id,
    incident_id: before.id,
    verdict: request.verdict,
    comment,
    by: act.by,
    atMs: act.at,
  });
  return recordChange(
    tx,
    {
      id: request.id,
      change: 'verdict',
      kind: 'incident.verdict',
      summary: `Incident ${before.number} was found to be ${request.verdict.replaceAll('_', ' ')}.${comment ? ` ${comment}` : ''}`,
      body: { verdict: request.verdict, verdict_before: before.verdict, comment },
    },
    act,
  );
}
