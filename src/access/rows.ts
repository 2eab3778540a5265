import { z } from 'zod';
import { Permission, RoleName } from '../schema/permission.ts';

export const User = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  role: RoleName,
  is_disabled: z.boolean(),
  must_change_password: z.boolean(),
  last_sign_in_at: z.date().nullable(),
  created_at: z.date(),
});
export type User = z.infer<typeof User>;

export const UserWithHash = User.extend({ password_hash: z.string() });
export type UserWithHash = z.infer<typeof UserWithHash>;

export const SessionRow = z.object({
  user_id: z.string(),
  created_at: z.date(),
  last_seen_at: z.date(),
  expires_at: z.date(),
});

export const Token = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  prefix: z.string(),
  /** A scope that a newer version dropped is dropped here too. */
  scopes: z.array(z.string()).transform((scopes) => scopes.filter(isPermission)),
  created_by: z.string(),
  created_at: z.date(),
  last_used_at: z.date().nullable(),
  expires_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
});
export type Token = z.infer<typeof Token>;

function isPermission(scope: string): scope is Permission {
  return Permission.safeParse(scope).success;
}
