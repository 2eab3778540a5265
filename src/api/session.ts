import { z } from 'zod';
import { Permission, RoleName } from '../schema/permission.ts';
import { route } from './route.ts';
import { Id, Iso, Nothing } from './wire.ts';

/** Who is asking: a person with a session or a token. */
export const Me = z.object({
  id: Id,
  name: z.string(),
  /** null for tokens, which have scopes only. */
  role: RoleName.nullable(),
  permissions: z.array(Permission),
  /** True after the first sign-in with a one-time password: nothing else is allowed until it is changed. */
  must_change_password: z.boolean(),
  /** Absolute end of the session; null for tokens without an end. */
  expires_at: Iso.nullable(),
});
export type Me = z.infer<typeof Me>;

export const signIn = route({
  id: 'signIn',
  method: 'POST',
  path: '/v1/session',
  permission: 'public',
  summary: 'Sign in with name and password; sets the session cookie.',
  body: z.object({ name: z.string().min(1).max(200), password: z.string().min(1).max(1_000) }),
  reply: Me,
});

export const signOut = route({
  id: 'signOut',
  method: 'DELETE',
  path: '/v1/session',
  permission: 'session.own',
  summary: 'End the session.',
  reply: Nothing,
  status: 204,
});

export const getMe = route({
  id: 'getMe',
  method: 'GET',
  path: '/v1/me',
  permission: 'session.own',
  summary: 'Who is asking, and what they may do.',
  reply: Me,
});

export const changePassword = route({
  id: 'changePassword',
  method: 'PUT',
  path: '/v1/me/password',
  permission: 'session.own',
  summary: 'Change the own password; ends every other session of the person.',
  body: z.object({ current_password: z.string().min(1).max(1_000), new_password: z.string().min(12).max(1_000) }),
  reply: Me,
});
