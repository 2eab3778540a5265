import { getExecution, listExecutions } from '../../api/executions.ts';
import type { Database } from '../../db/index.ts';
import {
  executionById,
  listExecutions as readExecutions,
  stepsOfExecution,
  type Execution,
} from '../../respond/index.ts';
import { errors } from '../errors.ts';
import { pageOf, readCursor } from '../http/cursor.ts';
import { on, type Owned } from '../http/register.ts';

export function executionRoutes({ db }: { db: Database }): Owned[] {
  const withSteps = async (execution: Execution) => ({
    ...execution,
    ended_at: execution.finished_at,
    detail: execution.status_text,
    steps: (await stepsOfExecution(db.read, execution.id)).map((step) => ({
      step_id: step.step_id,
      name: step.step_name,
      status: step.status,
      attempt: step.attempts,
      started_at: step.started_at,
      ended_at: step.finished_at,
      detail: step.status_text,
    })),
  });
  return [
    on(listExecutions, async ({ query, actor }) => {
      const before = readCursor(query.cursor);
      const rows = await readExecutions(db.read, {
        tenantId: actor.tenantId,
        ...(query.incident_id === undefined ? {} : { incidentId: query.incident_id }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(before ? { before: { requestedAt: before.at, id: before.id } } : {}),
        limit: query.limit + 1,
      });
      const { items, next_cursor } = pageOf(rows, query.limit, ({ requested_at, id }) => ({ at: requested_at, id }));
      return { items: await Promise.all(items.map(withSteps)), next_cursor };
    }),
    on(getExecution, async ({ params, actor }) => {
      const execution = await executionById(db.read, params.id);
      if (!execution || execution.tenant_id !== actor.tenantId) throw errors.NO_SUCH_THING(['execution', params.id]);
      return withSteps(execution);
    }),
  ];
}
