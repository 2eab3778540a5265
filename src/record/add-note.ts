import { createHash } from 'node:crypto';
import { newId } from '../base/ids.ts';
import { storableText } from '../base/storable-text.ts';
import type { Tx } from '../db/index.ts';
import type { Act } from '../triage/index.ts';
import { incidentOf, putOnRecord } from './act.ts';
import { insertNote, type Note } from './store/notes.ts';

/** Notes are never changed; the ledger has their hash. Throws RECORD.NO_INCIDENT. */
export async function addNote(tx: Tx, request: { incidentId: string; text: string }, act: Act): Promise<Note> {
  const incident = await incidentOf(tx, request.incidentId);
  const note: Note = {
    id: newId('note', act.at),
    tenant_id: incident.tenant_id,
    incident_id: incident.id,
    text: storableText(request.text),
    created_by: act.by,
    created_at: new Date(act.at),
  };
  await insertNote(tx, note);
  const sha256 = createHash('sha256').update(note.text).digest('hex');
  const summary = `A note was added to incident ${incident.number}.`;
  await putOnRecord(tx, note, { kind: 'note.added', summary, body: { sha256 } }, act);
  return note;
}
