import type { SystemStatus } from '../../api/system.ts';
import type { Database } from '../../db/index.ts';
import { waitingBatches, type Ingest } from '../../ingest/index.ts';
import { readStop } from '../../respond/index.ts';
import type { Sendable } from '../http/register.ts';
import type { OpenState } from './open-state.ts';
import type { SelfReport } from '../routes/system.ts';
import type { ServeOptions } from '../serve.ts';
import type { Response } from './start-response.ts';
import type { Stages } from './start-stages.ts';

/** What `/v1/system` and `/v1/metrics` say. */
export function createReport(
  room: ServeOptions & {
    db: Database;
    state: OpenState;
    ingest: Ingest;
    response: Response;
    stages: Stages;
    isReady: () => boolean;
  },
): SelfReport {
  const { clock, db, state, ingest, response, stages } = room;
  const startedAt = new Date(clock.now());
  let embedded: 'running' | 'restarting' | 'stopped' = 'running';
  state.embedded?.onState((now) => (embedded = now));

  const sourcesOf = async (tenantId: string) =>
    (await ingest.sources.list()).filter((source) => source.tenant_id === tenantId && source.kind !== 'internal');

  async function status(tenantId: string): Promise<Sendable<SystemStatus>> {
    const detect = stages.detect.state();
    const [sources, points, forDetect, forHistory] = await Promise.all([
      sourcesOf(tenantId),
      response.enforcement.states(),
      waitingBatches(db.read, 'detect'),
      waitingBatches(db.read, 'history'),
    ]);
    return {
      version: room.version,
      started_at: startedAt,
      is_stopped: readStop(state.stopFile) !== undefined,
      database: {
        state: ingest.away() === undefined ? 'up' : 'away',
        kind: state.embedded ? 'embedded' : 'external',
        detail: ingest.away() ?? '',
      },
      processes: [
        { name: 'server', state: 'running', pid: process.pid, started_at: startedAt, restarts: 0, detail: '' },
        {
          name: 'detect',
          state: detect.state,
          pid: null,
          started_at: new Date(detect.startedAt),
          restarts: detect.restarts,
          detail: detect.detail,
        },
        {
          name: 'engine',
          // It comes with the first request, and leaves when every run has ended.
          state: response.engine.state(),
          pid: response.engine.pid() ?? null,
          started_at: null,
          restarts: response.engine.restarts(),
          detail: '',
        },
        {
          name: 'history',
          // It comes when there is enough to do, and leaves when it is idle.
          state: stages.history.pid() === undefined ? 'waiting' : 'running',
          pid: stages.history.pid() ?? null,
          started_at: null,
          restarts: 0,
          detail: '',
        },
        ...(state.embedded
          ? [
              {
                name: 'database',
                state: embedded,
                pid: state.embedded.pid,
                started_at: null,
                restarts: 0,
                detail: '',
              },
            ]
          : []),
      ],
      points: points.map((point) => ({
        id: point.id,
        kind: point.kind,
        host: point.host,
        level: point.level,
        state: point.level === 'pulled' ? 'published' : point.isConnected ? 'connected' : 'lost',
        last_seen_at: point.lastSeenAt,
        detail: point.detail,
      })),
      backlog: [
        { consumer: 'detect', batches: forDetect.batches, oldest_at: forDetect.oldest },
        { consumer: 'history', batches: forHistory.batches, oldest_at: forHistory.oldest },
      ],
      sources: {
        total: sources.length,
        failed: sources.filter(({ problem }) => problem !== null).length,
        quiet: sources.filter(({ quiet_since }) => quiet_since !== null).length,
      },
    };
  }

  let metrics: ReturnType<typeof createMetrics> | undefined;
  return {
    isReady: room.isReady,
    status,
    metrics: async () => (await (metrics ??= createMetrics(status, sourcesOf, clock)))(),
  };
}

async function createMetrics(
  status: (tenantId: string) => Promise<Sendable<SystemStatus>>,
  sourcesOf: (tenantId: string) => ReturnType<Ingest['sources']['list']>,
  clock: { now(): number },
): Promise<() => Promise<string>> {
  // Loaded when somebody asks: most installations are never scraped.
  const { Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const up = gauge('firebreak_server_process_up', 'Whether a process or thread works.', ['process']);
  const restarts = gauge('firebreak_server_process_restarts_total', 'Restarts since the server began.', ['process']);
  const points = gauge('firebreak_respond_point_up', 'Whether an enforcement point is connected.', ['point']);
  const backlog = gauge('firebreak_ingest_backlog_batches', 'Batches that a consumer has not read.', ['consumer']);
  const age = gauge('firebreak_ingest_backlog_seconds', 'Age of the oldest of them.', ['consumer']);
  const stopped = gauge('firebreak_respond_stopped', '1 while response is stopped.');
  const accepted = gauge('firebreak_ingest_events_total', 'Events kept, by source.', ['source']);
  const lost = gauge('firebreak_ingest_events_lost_total', 'Events known to be lost, by source.', ['source']);
  const memory = gauge('firebreak_server_resident_bytes', 'Resident memory of the server process.');
  return async () => {
    registry.resetMetrics();
    const now = await status('default');
    for (const { name, state, restarts: count } of now.processes) {
      up.set({ process: String(name) }, ['running', 'waiting', 'starting'].includes(String(state)) ? 1 : 0);
      restarts.set({ process: String(name) }, count);
    }
    for (const point of now.points) points.set({ point: String(point.id) }, point.state === 'lost' ? 0 : 1);
    for (const { consumer, batches, oldest_at } of now.backlog) {
      backlog.set({ consumer: String(consumer) }, batches);
      age.set(
        { consumer: String(consumer) },
        oldest_at instanceof Date ? Math.max(0, clock.now() - oldest_at.getTime()) / 1_000 : 0,
      );
    }
    stopped.set(now.is_stopped ? 1 : 0);
    for (const source of await sourcesOf('default')) {
      accepted.set({ source: source.name }, source.event_count);
      lost.set({ source: source.name }, source.lost_count);
    }
    memory.set(process.memoryUsage.rss());
    return registry.metrics();
  };
}
