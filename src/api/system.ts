import { z } from 'zod';
import { route } from './route.ts';
import { Iso } from './wire.ts';

/** One process or loop of Firebreak. */
export const WireProcess = z.object({
  name: z.string(),
  state: z.enum(['starting', 'running', 'waiting', 'restarting', 'stopped', 'failed']),
  pid: z.int().nullable(),
  started_at: Iso.nullable(),
  restarts: z.int(),
  detail: z.string(),
});
export type WireProcess = z.infer<typeof WireProcess>;

export const WirePoint = z.object({
  id: z.string(),
  kind: z.string(),
  host: z.string(),
  level: z.enum(['read_back', 'pulled', 'published']),
  state: z.string(),
  last_seen_at: Iso.nullable(),
  detail: z.string(),
});
export type WirePoint = z.infer<typeof WirePoint>;

export const SystemStatus = z.object({
  version: z.string(),
  started_at: Iso,
  is_stopped: z.boolean(),
  database: z.object({ state: z.enum(['up', 'away']), kind: z.enum(['embedded', 'external']), detail: z.string() }),
  processes: z.array(WireProcess),
  points: z.array(WirePoint),
  /** Batches accepted and not yet read by a consumer. */
  backlog: z.array(z.object({ consumer: z.string(), batches: z.int(), oldest_at: Iso.nullable() })),
  sources: z.object({ total: z.int(), failed: z.int(), quiet: z.int() }),
});
export type SystemStatus = z.infer<typeof SystemStatus>;

export const getHealth = route({
  id: 'getHealth',
  method: 'GET',
  path: '/v1/health',
  permission: 'public',
  summary: 'The process answers.',
  reply: z.object({ status: z.literal('ok') }),
});

export const getReadiness = route({
  id: 'getReadiness',
  method: 'GET',
  path: '/v1/health/ready',
  permission: 'public',
  summary: 'The product works: 200, or 503 with Retry-After. No details.',
  reply: z.object({ status: z.enum(['ready', 'not_ready']) }),
});

export const getSystem = route({
  id: 'getSystem',
  method: 'GET',
  path: '/v1/system',
  permission: 'system.read',
  summary: 'Processes, enforcement points, sources and backlog.',
  reply: SystemStatus,
});

export const getMetrics = route({
  id: 'getMetrics',
  method: 'GET',
  path: '/v1/metrics',
  permission: 'system.read',
  summary: 'Prometheus text.',
  reply: z.string(),
  replyType: 'text/plain',
});

export const getOpenapi = route({
  id: 'getOpenapi',
  method: 'GET',
  path: '/v1/openapi.json',
  permission: 'session.own',
  summary: 'This description.',
  reply: z.record(z.string(), z.unknown()),
});
