import { createToken, listTokens, revokeToken } from '../../api/tokens.ts';
import { changeUser, createUser, listUsers, resetPassword } from '../../api/users.ts';
import type { Access } from '../../access/index.ts';
import { on, type Owned } from '../http/register.ts';

/** Users and API tokens. */
export function peopleRoutes({ access: { people, tokens } }: { access: Access }): Owned[] {
  return [
    on(listUsers, async ({ actor }) => ({ items: await people.list(actor) })),
    on(createUser, async ({ actor, body }) => {
      const { user, password } = await people.create(actor, body);
      return { user, one_time_password: password };
    }),
    on(changeUser, ({ actor, params, body }) => people.change(actor, params.id, body)),
    on(resetPassword, async ({ actor, params }) => {
      const { user, password } = await people.resetPassword(actor, params.id);
      return { user, one_time_password: password };
    }),
    on(listTokens, async ({ actor }) => ({ items: await tokens.list(actor) })),
    on(createToken, ({ actor, body }) =>
      tokens.create(actor, { name: body.name, scopes: body.scopes, expiresInDays: body.expires_in_days }),
    ),
    on(revokeToken, async ({ actor, params }) => {
      await tokens.revoke(actor, params.id);
      return undefined;
    }),
  ];
}
