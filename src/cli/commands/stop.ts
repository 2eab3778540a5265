import { join } from 'node:path';
import { z } from 'zod';
import { resumeResponse, stopResponse } from '../../api/stop-switch.ts';
import type { StopState } from '../../api/stop-switch.ts';
import { messageOf } from '../../base/errors.ts';
import { command, type World } from '../command.ts';

/** Above what a healthy server needs, below what a person waits for. */
const patienceMs = 3_000;

interface Switched {
  is_stopped: boolean;
  file: string;
  /** What the running server says, or why it could not be told. The file counts without it. */
  server: StopState | null;
  server_detail: string;
}

async function told(
  world: World,
  tell: (signal: AbortSignal) => Promise<StopState>,
): Promise<Pick<Switched, 'server' | 'server_detail'>> {
  try {
    const server = await tell(AbortSignal.any([world.signal, AbortSignal.timeout(patienceMs)]));
    return { server, server_detail: 'The server has it on record.' };
  } catch (error) {
    return { server: null, server_detail: `No server was told (${messageOf(error)}) The file alone counts.` };
  }
}

const fileOf = (world: World) => join(world.path(world.config().config.state_dir), 'STOP');

export const stopCommands = [
  command({
    name: 'stop',
    summary: 'stop all response at once; works with server and database down',
    args: z.object({ reason: z.string().default('Stopped at the terminal.').describe('why, for the record') }),
    options: z.object({}),
    async run(world, { args }): Promise<Switched> {
      const { writeStop } = await import('../../respond/index.ts');
      const file = fileOf(world);
      writeStop(file, { by: world.actor, reason: args.reason, at: new Date(world.now()).toISOString() });
      const server = await told(world, async (signal) =>
        (await world.client()).call(stopResponse, { body: { reason: args.reason } }, { signal }),
      );
      return { is_stopped: true, file, ...server };
    },
    show: ({ file, server_detail }) =>
      `Response is stopped: nothing new is enforced, expiry and release go on. ${server_detail} (${file})\nGo on with: firebreak resume`,
  }),
  command({
    name: 'resume',
    summary: 'let response go on',
    args: z.object({}),
    options: z.object({}),
    async run(world): Promise<Switched> {
      const { removeStop } = await import('../../respond/index.ts');
      const file = fileOf(world);
      removeStop(file);
      const server = await told(world, async (signal) => (await world.client()).call(resumeResponse, {}, { signal }));
      return { is_stopped: false, file, ...server };
    },
    show: ({ server_detail }) => `Response goes on. ${server_detail}`,
  }),
];
