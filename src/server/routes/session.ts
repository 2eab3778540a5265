import type { FastifyReply } from 'fastify';
import type { Me } from '../../api/session.ts';
import { changePassword, getMe, signIn, signOut } from '../../api/session.ts';
import { can, type Access, type Actor } from '../../access/index.ts';
import { Permission } from '../../schema/permission.ts';
import { errors } from '../errors.ts';
import { sessionCookie } from '../http/credentials.ts';
import { on, type Owned, type Sendable } from '../http/register.ts';

export function sessionRoutes({ access, isTls }: { access: Access; isTls: boolean }): Owned[] {
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: isTls } as const;
  const setCookie = (reply: FastifyReply, value: string, expires: Date | null) =>
    reply.setCookie(sessionCookie, value, expires ? { ...cookie, expires } : cookie);

  return [
    on(signIn, async ({ body, address, reply }) => {
      const result = await access.signIn({ ...body, address });
      if (result.outcome === 'limited') {
        reply.header('retry-after', String(result.retryAfterS));
        throw errors.TOO_MANY_TRIES([result.retryAfterS]);
      }
      if (result.outcome === 'wrong') throw errors.WRONG_SIGN_IN([]);
      setCookie(reply, result.sessionToken, result.actor.expiresAt);
      return meOf(result.actor);
    }),
    on(signOut, async ({ actor, reply }) => {
      await access.signOut(actor);
      reply.clearCookie(sessionCookie, cookie);
      return undefined;
    }),
    on(getMe, ({ actor }) => meOf(actor)),
    on(changePassword, async ({ actor, body }) => {
      const user = await access.people.changePassword(actor, body.current_password, body.new_password);
      return meOf({ ...actor, mustChangePassword: user.must_change_password });
    }),
  ];
}

function meOf(actor: Actor): Sendable<Me> {
  return {
    id: actor.id,
    name: actor.name,
    role: actor.role,
    permissions: Permission.options.filter((permission) => can(actor, permission)),
    must_change_password: actor.mustChangePassword,
    expires_at: actor.expiresAt,
  };
}
