import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

export const Note = z.object({
  id: z.string(),
  tenant_id: z.string(),
  incident_id: z.string(),
  text: z.string(),
  created_by: z.string(),
  created_at: z.date(),
});
export type Note = z.infer<typeof Note>;

export const insertNote = (tx: Tx, note: Note) =>
  tx.run(sql`insert into notes (id, tenant_id, incident_id, text, created_by, created_at)
    values (${note.id}, ${note.tenant_id}, ${note.incident_id}, ${note.text}, ${note.created_by}, ${note.created_at})`);

/** Oldest first. */
export const notesOf = (tx: Tx, incidentId: string): Promise<Note[]> =>
  tx.many(
    Note,
    sql`select id, tenant_id, incident_id, text, created_by, created_at from notes where incident_id = ${incidentId}
      order by created_at, id`,
  );
