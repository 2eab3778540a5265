import { z } from 'zod';
import { route } from './route.ts';

/** Something changed: fetch it again. Ids only, so that nothing is shown that a route would refuse. */
export const Change = z.object({
  type: z.enum(['incident', 'containment', 'finding', 'source', 'execution', 'stop']),
  /** '*': something of this type changed, fetch its lists again. */
  id: z.string(),
  /** 0: not known. */
  revision: z.int(),
});
export type Change = z.infer<typeof Change>;

/**
 * Server-sent events. Event `change` carries a Change; `resync` (data `{}`) says that changes were missed since
 * Last-Event-ID: fetch everything again. A comment line every 15 s keeps the connection.
 */
export const getStream = route({
  id: 'getStream',
  method: 'GET',
  path: '/v1/stream',
  permission: 'session.own',
  summary: 'Changes as they happen (SSE, resumes by Last-Event-ID).',
  reply: z.string(),
  replyType: 'text/event-stream',
});
