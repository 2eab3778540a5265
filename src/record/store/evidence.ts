import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';

const CustodyEntry = z.object({ at: z.string(), holder: z.string(), purpose: z.string() });
export type CustodyEntry = z.infer<typeof CustodyEntry>;

export const Evidence = z.object({
  id: z.string(),
  tenant_id: z.string(),
  incident_id: z.string(),
  title: z.string(),
  origin: z.string(),
  media_type: z.string(),
  size_bytes: z.number(),
  sha256: z.string(),
  location: z.string().nullable(),
  custody: z.array(CustodyEntry),
  collected_by: z.string(),
  collected_at: z.date(),
});
export type Evidence = z.infer<typeof Evidence>;

const columns = sql`id, tenant_id, incident_id, title, origin, media_type, size_bytes, sha256, location, custody,
  collected_by, collected_at`;

export const insertEvidence = (tx: Tx, evidence: Evidence, content: Uint8Array | null) =>
  tx.run(sql`insert into evidence (${columns}, content) values (${evidence.id}, ${evidence.tenant_id}, ${evidence.incident_id},
    ${evidence.title}, ${evidence.origin}, ${evidence.media_type}, ${evidence.size_bytes}, ${evidence.sha256},
    ${evidence.location}, ${storableJson(evidence.custody)}::jsonb, ${evidence.collected_by}, ${evidence.collected_at},
    ${content === null ? null : Buffer.from(content)})`);

export const addCustody = (tx: Tx, id: string, entry: CustodyEntry) =>
  tx.maybe(
    Evidence,
    sql`update evidence set custody = custody || ${storableJson(entry)}::jsonb where id = ${id} returning ${columns}`,
  );

/** Oldest first, without the content. */
export const evidenceOf = (tx: Tx, incidentId: string): Promise<Evidence[]> =>
  tx.many(Evidence, sql`select ${columns} from evidence where incident_id = ${incidentId} order by collected_at, id`);

export const selectContent = (tx: Tx, id: string) =>
  tx.maybe(
    z.object({ content: z.instanceof(Uint8Array).nullable(), sha256: z.string() }),
    sql`select content, sha256 from evidence where id = ${id}`,
  );
