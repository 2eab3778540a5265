import { z } from 'zod';
import { command } from '../command.ts';
import { examine } from '../doctor.ts';

export const doctorCommands = [
  command({
    name: 'doctor',
    summary: 'look at everything Firebreak needs, with a fix for what is missing',
    args: z.object({}),
    options: z.object({}),
    run: async (world) => ({ checks: await examine(world, process.version) }),
    show: ({ checks }) =>
      checks
        .map(
          ({ name, outcome, detail, fix }) =>
            `${outcome.toUpperCase().padEnd(5)} ${name}: ${detail}${fix === '' ? '' : `\n      → ${fix}`}`,
        )
        .join('\n'),
    exitCode: ({ checks }) => (checks.some(({ outcome }) => outcome === 'fail') ? 3 : 0),
  }),
];
