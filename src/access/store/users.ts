import { z } from 'zod';
import type { RoleName } from '../../schema/permission.ts';
import { sql, type Tx } from '../../db/index.ts';
import { User, UserWithHash } from '../rows.ts';

const columns = sql`id, tenant_id, name, role, is_disabled, must_change_password, last_sign_in_at, created_at`;

export interface NewUser {
  id: string;
  tenantId: string;
  name: string;
  role: RoleName;
  passwordHash: string;
  at: Date;
}

/** undefined: the name is taken. */
export const insertUser = (tx: Tx, user: NewUser) =>
  tx.maybe(
    User,
    sql`
    insert into users (id, tenant_id, name, role, password_hash, must_change_password, created_at)
    values (${user.id}, ${user.tenantId}, ${user.name}, ${user.role}, ${user.passwordHash}, true, ${user.at})
    on conflict do nothing
    returning ${columns}`,
  );

/** Serialises first starts and changes of admins until the transaction ends. */
export const lockUsers = (tx: Tx) => tx.run(sql`select pg_advisory_xact_lock(hashtext('firebreak.users'))`);

export const countUsers = async (tx: Tx) =>
  (await tx.one(z.object({ count: z.number() }), sql`select count(*) as count from users`)).count;

export const countAdmins = async (tx: Tx, tenantId: string) =>
  (
    await tx.one(
      z.object({ count: z.number() }),
      sql`select count(*) as count from users where tenant_id = ${tenantId} and role = 'admin' and not is_disabled`,
    )
  ).count;

export const listUsers = (tx: Tx, tenantId: string) =>
  tx.many(User, sql`select ${columns} from users where tenant_id = ${tenantId} order by lower(name)`);

export const userById = (tx: Tx, id: string) =>
  tx.maybe(UserWithHash, sql`select ${columns}, password_hash from users where id = ${id}`);

export const userByName = (tx: Tx, tenantId: string, name: string) =>
  tx.maybe(
    UserWithHash,
    sql`select ${columns}, password_hash from users where tenant_id = ${tenantId} and lower(name) = lower(${name})`,
  );

export const changeUser = (tx: Tx, id: string, change: { role: RoleName; isDisabled: boolean }) =>
  tx.one(
    User,
    sql`update users set role = ${change.role}, is_disabled = ${change.isDisabled} where id = ${id} returning ${columns}`,
  );

export const setPassword = (tx: Tx, id: string, hash: string, mustChange: boolean) =>
  tx.one(
    User,
    sql`
    update users set password_hash = ${hash}, must_change_password = ${mustChange} where id = ${id}
    returning ${columns}`,
  );

export const noteSignIn = (tx: Tx, id: string, at: Date) =>
  tx.run(sql`update users set last_sign_in_at = ${at} where id = ${id}`);
