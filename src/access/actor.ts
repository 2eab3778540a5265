import type { Permission, RoleName } from '../schema/permission.ts';

/** Who is asking. `id` is what stands in the ledger: `user--…`, `token--…` or `cli:<os user>`. */
export interface Actor {
  id: string;
  name: string;
  tenantId: string;
  kind: 'user' | 'token' | 'local';
  /** Only people have one. */
  role: RoleName | null;
  permissions: ReadonlySet<Permission>;
  /** A one-time password was used: only the own session may be touched until it is changed. */
  mustChangePassword: boolean;
  expiresAt: Date | null;
  /** Hash of the session's token, for people. */
  sessionHash?: Buffer;
}

/** Deny by default: everything that is not named is refused. */
export function can(actor: Actor, permission: Permission): boolean {
  if (actor.mustChangePassword && permission !== 'session.own') return false;
  return actor.permissions.has(permission);
}
