import { z } from 'zod';
import { command } from '../command.ts';

interface Setting {
  key: string;
  value: unknown;
  origin: string;
}

export const configCommands = [
  command({
    name: 'config',
    summary: 'every setting with its value and where it came from',
    args: z.object({}),
    options: z.object({ printConfig: z.boolean().default(true).describe('print it (that is all it does)') }),
    run: async (world) => {
      const { config, origins } = world.config();
      const settings = [...origins].map(([key, origin]): Setting => ({ key, value: valueAt(config, key), origin }));
      return { settings: settings.sort((a, b) => a.key.localeCompare(b.key, 'en')) };
    },
    show: ({ settings }) => ({
      columns: ['setting', 'value', 'origin'],
      rows: settings.map(({ key, value, origin }) => [key, JSON.stringify(masked(key, value)), origin]),
    }),
  }),
];

function valueAt(config: object, key: string): unknown {
  let value: unknown = config;
  for (const part of key.split('.'))
    value = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(part) : undefined;
  return value;
}

/** A database URL may carry a password. */
function masked(key: string, value: unknown): unknown {
  if (key !== 'database_url' || typeof value !== 'string' || !URL.canParse(value)) return value;
  const url = new URL(value);
  if (url.password !== '') url.password = 'secret';
  return url.href;
}
