import { createHash } from 'node:crypto';
import { newId } from '../base/ids.ts';
import { storableText } from '../base/storable-text.ts';
import type { Tx } from '../db/index.ts';
import type { Act } from '../triage/index.ts';
import { incidentOf, putOnRecord } from './act.ts';
import { errors } from './errors.ts';
import { addCustody, insertEvidence, selectContent, type Evidence } from './store/evidence.ts';

/** Content above this lies elsewhere and is referred to by location and hash. */
const mostBytes = 16 * 1_024 * 1_024;

export type EvidenceContent =
  | { content: Uint8Array }
  /** It lies elsewhere: lower-case hex SHA-256 as it was collected. */
  | { location: string; sha256: string; sizeBytes: number };

/** Keeps a piece of evidence with its hash, where it came from and who holds it. Throws RECORD.NO_INCIDENT, RECORD.TOO_LARGE. */
export async function addEvidence(
  tx: Tx,
  request: { incidentId: string; title: string; origin: string; mediaType: string; purpose?: string } & EvidenceContent,
  act: Act,
): Promise<Evidence> {
  const incident = await incidentOf(tx, request.incidentId);
  const content = 'content' in request ? request.content : null;
  if (content && content.length > mostBytes) throw errors.TOO_LARGE([content.length, mostBytes]);
  const evidence: Evidence = {
    id: newId('evidence', act.at),
    tenant_id: incident.tenant_id,
    incident_id: incident.id,
    title: storableText(request.title),
    origin: storableText(request.origin),
    media_type: storableText(request.mediaType),
    ...('content' in request
      ? { size_bytes: request.content.length, sha256: sha256Of(request.content), location: null }
      : { size_bytes: request.sizeBytes, sha256: request.sha256, location: storableText(request.location) }),
    custody: [
      { at: new Date(act.at).toISOString(), holder: act.by, purpose: storableText(request.purpose ?? 'collected') },
    ],
    collected_by: act.by,
    collected_at: new Date(act.at),
  };
  await insertEvidence(tx, evidence, content);
  const { title, origin, sha256, size_bytes, location } = evidence;
  const body = { title, origin, sha256, size_bytes, location };
  await putOnRecord(
    tx,
    evidence,
    { kind: 'evidence.collected', summary: `Evidence was collected: ${title}`, body },
    act,
  );
  return evidence;
}

/** Somebody else holds it from now on. Throws RECORD.NO_EVIDENCE. */
export async function handOverEvidence(
  tx: Tx,
  request: { id: string; holder: string; purpose: string },
  act: Act,
): Promise<Evidence> {
  const entry = {
    at: new Date(act.at).toISOString(),
    holder: storableText(request.holder),
    purpose: storableText(request.purpose),
  };
  const evidence = await addCustody(tx, request.id, entry);
  if (!evidence) throw errors.NO_EVIDENCE([request.id]);
  const summary = `Evidence "${evidence.title}" went to ${entry.holder}: ${entry.purpose}`;
  await putOnRecord(
    tx,
    evidence,
    { kind: 'evidence.handed_over', summary, body: { ...entry, sha256: evidence.sha256 } },
    act,
  );
  return evidence;
}

/** The content with its hash computed anew; `elsewhere` when only its location is kept. Throws RECORD.NO_EVIDENCE. */
export async function evidenceContent(
  tx: Tx,
  id: string,
): Promise<{ outcome: 'intact' | 'changed'; content: Uint8Array } | { outcome: 'elsewhere' }> {
  const found = await selectContent(tx, id);
  if (!found) throw errors.NO_EVIDENCE([id]);
  if (found.content === null) return { outcome: 'elsewhere' };
  return { outcome: sha256Of(found.content) === found.sha256 ? 'intact' : 'changed', content: found.content };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
