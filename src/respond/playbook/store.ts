import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { LoadedPlaybook } from './playbook.ts';

const StoredVersion = z.object({ content_hash: z.string() });

/** Keeps a version for ever. Gives the hash that stands there: another one than ours means that a version was edited in place. */
export async function insertPlaybook(tx: Tx, tenantId: string, playbook: LoadedPlaybook): Promise<string> {
  await tx.run(sql`
    insert into playbooks (tenant_id, id, version, content_hash, name, body)
    values (${tenantId}, ${playbook.id}, ${playbook.version}, ${playbook.contentHash}, ${playbook.name},
      ${storableJson(playbook.body)}::jsonb)
    on conflict (tenant_id, id, version) do nothing`);
  const row = await tx.one(
    StoredVersion,
    sql`select content_hash from playbooks
        where tenant_id = ${tenantId} and id = ${playbook.id} and version = ${playbook.version}`,
  );
  return row.content_hash;
}

const PlaybookBody = z.object({ body: z.unknown() });

/** The CACAO object of a version, as it was loaded. */
export async function playbookBody(tx: Tx, tenantId: string, id: string, version: string): Promise<unknown> {
  const row = await tx.maybe(
    PlaybookBody,
    sql`select body from playbooks where tenant_id = ${tenantId} and id = ${id} and version = ${version}`,
  );
  return row?.body;
}
