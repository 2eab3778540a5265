import { openapi } from '../../api/openapi.ts';
import { getHealth, getMetrics, getOpenapi, getReadiness, getSystem, type SystemStatus } from '../../api/system.ts';
import { on, type Owned, type Sendable } from '../http/register.ts';

/** What the running product tells of itself. */
export interface SelfReport {
  isReady(): boolean;
  status(tenantId: string): Promise<Sendable<SystemStatus>>;
  metrics(): Promise<string>;
}

export function systemRoutes(room: { report: SelfReport; version: string }): Owned[] {
  const { report } = room;
  let description: Record<string, unknown> | undefined;
  return [
    on(getHealth, () => ({ status: 'ok' as const })),
    on(getReadiness, ({ reply }) => {
      if (report.isReady()) return { status: 'ready' as const };
      reply.code(503).header('retry-after', '1');
      return { status: 'not_ready' as const };
    }),
    on(getSystem, ({ actor }) => report.status(actor.tenantId)),
    on(getMetrics, () => report.metrics()),
    on(getOpenapi, () => (description ??= openapi(room.version))),
  ];
}
