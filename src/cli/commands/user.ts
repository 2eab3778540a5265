import { z } from 'zod';
import { createUser, listUsers, resetPassword } from '../../api/users.ts';
import { RoleName } from '../../schema/permission.ts';
import { command } from '../command.ts';
import { errors } from '../errors.ts';

const showPassword = ({ user, one_time_password }: { user: { name: string }; one_time_password: string }) =>
  `${user.name} signs in once with ${one_time_password} and then chooses a password.`;

export const userCommands = [
  command({
    name: 'user list',
    summary: 'people who may sign in',
    args: z.object({}),
    options: z.object({}),
    run: async (world) => (await world.client()).call(listUsers, {}),
    show: ({ items }) => ({
      columns: ['name', 'role', 'state', 'last sign-in', 'id'],
      rows: items.map((user) => [
        user.name,
        user.role,
        user.is_disabled ? 'locked out' : 'may sign in',
        user.last_sign_in_at,
        user.id,
      ]),
    }),
  }),
  command({
    name: 'user create',
    summary: 'add a person; prints a one-time password',
    args: z.object({ name: z.string(), role: RoleName.describe(RoleName.options.join(', ')) }),
    options: z.object({}),
    run: async (world, { args }) => (await world.client()).call(createUser, { body: args }),
    show: showPassword,
  }),
  command({
    name: 'user reset-password',
    summary: 'a new one-time password for a person',
    args: z.object({ name: z.string() }),
    options: z.object({}),
    async run(world, { args }) {
      const client = await world.client();
      const { items } = await client.call(listUsers, {});
      const user = items.find(({ name, id }) => name.toLowerCase() === args.name.toLowerCase() || id === args.name);
      if (!user) throw errors.USAGE([`There is no user "${args.name}": ${items.map(({ name }) => name).join(', ')}.`]);
      return client.call(resetPassword, { params: { id: user.id } });
    },
    show: showPassword,
  }),
];
