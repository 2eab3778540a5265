import { z } from 'zod';
import { route } from './route.ts';
import { Iso, Reason } from './wire.ts';

/** While stopped nothing new is enforced and nothing is repaired; expiry and release go on. */
export const StopState = z.object({
  is_stopped: z.boolean(),
  since: Iso.nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
});
export type StopState = z.infer<typeof StopState>;

export const getStop = route({
  id: 'getStop',
  method: 'GET',
  path: '/v1/stop',
  permission: 'stop.read',
  summary: 'Is response stopped?',
  reply: StopState,
});

export const stopResponse = route({
  id: 'stopResponse',
  method: 'PUT',
  path: '/v1/stop',
  permission: 'stop.set',
  summary: 'Stop all response at once.',
  body: z.object({ reason: Reason }),
  reply: StopState,
});

export const resumeResponse = route({
  id: 'resumeResponse',
  method: 'DELETE',
  path: '/v1/stop',
  permission: 'stop.set',
  summary: 'Let response go on.',
  reply: StopState,
});
