import { z } from 'zod';
import { RoleName } from '../schema/permission.ts';
import { route } from './route.ts';
import { Id, Iso } from './wire.ts';

export const WireUser = z.object({
  id: Id,
  name: z.string(),
  role: RoleName,
  is_disabled: z.boolean(),
  must_change_password: z.boolean(),
  last_sign_in_at: Iso.nullable(),
  created_at: Iso,
});
export type WireUser = z.infer<typeof WireUser>;

const params = z.object({ id: Id });
/** The one-time password is shown this once and must be changed at the next sign-in. */
const WithPassword = z.object({ user: WireUser, one_time_password: z.string() });

export const listUsers = route({
  id: 'listUsers',
  method: 'GET',
  path: '/v1/users',
  permission: 'user.manage',
  summary: 'People who may sign in.',
  reply: z.object({ items: z.array(WireUser) }),
});

export const createUser = route({
  id: 'createUser',
  method: 'POST',
  path: '/v1/users',
  permission: 'user.manage',
  summary: 'Add a person; answers with a one-time password.',
  body: z.object({
    name: z
      .string()
      .trim()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u, 'letters, digits and . _ @ + -'),
    role: RoleName,
  }),
  reply: WithPassword,
  status: 201,
});

export const changeUser = route({
  id: 'changeUser',
  method: 'PATCH',
  path: '/v1/users/:id',
  permission: 'user.manage',
  summary: 'Change role or lock a person out; ends their sessions. The last admin stays.',
  params,
  body: z.object({ role: RoleName, is_disabled: z.boolean() }).partial(),
  reply: WireUser,
});

export const resetPassword = route({
  id: 'resetPassword',
  method: 'POST',
  path: '/v1/users/:id/password-reset',
  permission: 'user.manage',
  summary: 'Give a new one-time password; ends their sessions.',
  params,
  reply: WithPassword,
});
