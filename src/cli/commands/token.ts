import { z } from 'zod';
import { createToken, listTokens, revokeToken } from '../../api/tokens.ts';
import { Permission } from '../../schema/permission.ts';
import { command } from '../command.ts';

export const tokenCommands = [
  command({
    name: 'token create',
    summary: 'an API token; its secret is shown this once',
    args: z.object({
      name: z.string().describe('what it is for'),
      scopes: z
        .array(Permission)
        .min(1, 'name at least one scope')
        .describe(`of: ${Permission.options.join(', ')}`),
    }),
    options: z.object({ days: z.coerce.number().int().min(1).max(3_650).default(365).describe('until it ends (365)') }),
    async run(world, { args, options }) {
      const client = await world.client();
      return client.call(createToken, { body: { ...args, expires_in_days: options.days } });
    },
    show: ({ secret }) => secret,
  }),
  command({
    name: 'token list',
    summary: 'tokens and when they were last used',
    args: z.object({}),
    options: z.object({}),
    run: async (world) => (await world.client()).call(listTokens, {}),
    show: ({ items }) => ({
      columns: ['name', 'begins', 'scopes', 'last used', 'ends', 'state', 'id'],
      rows: items.map((token) => [
        token.name,
        token.prefix,
        token.scopes.join(' '),
        token.last_used_at,
        token.expires_at,
        token.revoked_at === null ? 'live' : 'revoked',
        token.id,
      ]),
      empty: 'No tokens.',
    }),
  }),
  command({
    name: 'token revoke',
    summary: 'end a token now',
    args: z.object({ id: z.string().describe('token--…') }),
    options: z.object({}),
    async run(world, { args }) {
      await (await world.client()).call(revokeToken, { params: args });
      return { revoked: args.id };
    },
    show: ({ revoked }) => `${revoked} is revoked.`,
  }),
];
