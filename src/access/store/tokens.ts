import type { Permission } from '../../schema/permission.ts';
import { sql, type Tx } from '../../db/index.ts';
import { Token } from '../rows.ts';

const columns = sql`id, tenant_id, name, prefix, scopes, created_by, created_at, last_used_at, expires_at, revoked_at`;

export interface NewToken {
  id: string;
  tenantId: string;
  name: string;
  prefix: string;
  hash: Buffer;
  scopes: readonly Permission[];
  createdBy: string;
  at: Date;
  expiresAt: Date | null;
}

export const insertToken = (tx: Tx, token: NewToken) =>
  tx.one(
    Token,
    sql`
    insert into tokens (id, tenant_id, name, prefix, token_hash, scopes, created_by, created_at, expires_at)
    values (${token.id}, ${token.tenantId}, ${token.name}, ${token.prefix}, ${token.hash}, ${[...token.scopes]}::text[],
      ${token.createdBy}, ${token.at}, ${token.expiresAt})
    returning ${columns}`,
  );

export const liveToken = (tx: Tx, hash: Buffer, now: Date) =>
  tx.maybe(
    Token,
    sql`
    select ${columns} from tokens
    where token_hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > ${now})`,
  );

export const touchToken = (tx: Tx, id: string, now: Date) =>
  tx.run(sql`update tokens set last_used_at = ${now} where id = ${id}`);

export const listTokens = (tx: Tx, tenantId: string) =>
  tx.many(Token, sql`select ${columns} from tokens where tenant_id = ${tenantId} order by created_at desc limit 1000`);

export const revokeToken = (tx: Tx, tenantId: string, id: string, now: Date) =>
  tx.maybe(
    Token,
    sql`
    update tokens set revoked_at = ${now} where tenant_id = ${tenantId} and id = ${id} and revoked_at is null
    returning ${columns}`,
  );
