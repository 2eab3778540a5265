import { z } from 'zod';
import { Permission } from '../schema/permission.ts';
import { route } from './route.ts';
import { Id, Iso, Nothing } from './wire.ts';

export const WireToken = z.object({
  id: Id,
  name: z.string(),
  /** First characters, to tell tokens apart. */
  prefix: z.string(),
  scopes: z.array(Permission),
  created_by: z.string(),
  created_at: Iso,
  last_used_at: Iso.nullable(),
  expires_at: Iso.nullable(),
  revoked_at: Iso.nullable(),
});
export type WireToken = z.infer<typeof WireToken>;

export const listTokens = route({
  id: 'listTokens',
  method: 'GET',
  path: '/v1/tokens',
  permission: 'token.manage',
  summary: 'API tokens, newest first. Their secrets are not kept.',
  reply: z.object({ items: z.array(WireToken) }),
});

export const createToken = route({
  id: 'createToken',
  method: 'POST',
  path: '/v1/tokens',
  permission: 'token.manage',
  summary: 'Create a token; its secret is shown this once. Nobody gives away more than they have.',
  body: z.object({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(Permission).min(1).max(Permission.options.length),
    /** Days until it ends; null: never. */
    expires_in_days: z.int().min(1).max(3_650).nullable().default(365),
  }),
  reply: z.object({ token: WireToken, secret: z.string() }),
  status: 201,
});

export const revokeToken = route({
  id: 'revokeToken',
  method: 'DELETE',
  path: '/v1/tokens/:id',
  permission: 'token.manage',
  summary: 'End a token now.',
  params: z.object({ id: Id }),
  reply: Nothing,
  status: 204,
});
