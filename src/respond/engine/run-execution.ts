import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isUnavailable, type Database } from '../../db/index.ts';
import { readPlaybook, type Playbook } from '../../standards/cacao/index.ts';
import { playbookBody } from '../playbook/store.ts';
import type { Action, ActionCall } from './action.ts';
import { callOf, type Performed } from './effect.ts';
import { errors } from './errors.ts';
import type { Execution } from './execution.ts';
import { interpret, type Attempt, type AttemptResult, type RunResult } from './interpret.ts';
import { perform, runInTime } from './perform.ts';
import { createRunRecord } from './run-record.ts';
import { beginExecution } from './store/executions.ts';
import { untilAnswered } from './until-answered.ts';
import type { Durable, Workflow } from './workflow-engine.ts';

/** Versions never change; so many are kept read. */
const mostPlaybooks = 50;

/** The one workflow: interprets the version of the playbook that the run began with. */
export function executionWorkflow(world: {
  db: Database;
  clock: Clock;
  log: Log;
  executorId: string;
  actions: ReadonlyMap<string, Action>;
  /** The durable engine could not record: the run goes on in another process, and this one must end. */
  onLost: (reason: string) => void;
  /** A run is over; called after the commit. */
  onEnd: () => void;
}): Workflow {
  const { db } = world;
  const playbookOf = playbooksOf(db);
  return async (executionId, durable) => {
    // What is not a recorded step is the same at every replay, or stands in our tables, or the run is over.
    const execution = await untilAnswered(() => beginExecution(db.read, executionId, world.executorId));
    if (!execution) return;
    const record = createRunRecord(world, execution);
    const attempt = attempts({ ...world, record }, execution, durable);
    let result: RunResult;
    try {
      const playbook = await playbookOf(execution);
      result = await interpret(playbook, execution.inputs.variables, {
        startedAt: execution.started_at.getTime(),
        async wait(name, ms) {
          await record.flush();
          await durable.wait(name, ms);
        },
        attempt,
        note: (passed) => record.passed(passed),
      });
    } catch (error) {
      const isLost = isUnavailable(error);
      if (isLost || durable.isEnded(error)) {
        // What has ended here is told, unless another process has the step by now.
        await record.flush();
        if (isLost) world.onLost(messageOf(error));
        throw error;
      }
      world.log.error({ executionId, error: messageOf(error) }, 'An execution failed for a reason of our own.');
      result = { status: 'failed', detail: `The engine failed: ${messageOf(error)}` };
    }
    await record.close(result);
    world.onEnd();
  };
}

/** Carries out effects, each once: those that stay in our own tables by the row they leave, others as steps of the durable engine. */
function attempts(
  world: Parameters<typeof perform>[0] & { actions: ReadonlyMap<string, Action> },
  execution: Execution,
  durable: Durable,
): (name: string, attempt: Attempt) => Promise<AttemptResult> {
  return async (name, attempt) => {
    const action = world.actions.get(attempt.command.type);
    if (action && 'within' in action) return world.record.carryOut(action, attempt);
    if (action && 'read' in action) {
      const reading = { isRepeatable: true, run: (call: ActionCall) => action.read(call) };
      // It is short: that the run was cancelled is seen at the next step.
      const never = new AbortController().signal;
      const startedAt = world.clock.now();
      const answer = await runInTime(reading, callOf(execution, attempt), attempt.timeoutMs, never);
      return world.record.wasRead(attempt, startedAt, answer);
    }
    let performed: Performed | undefined;
    try {
      performed = await durable.step(name, async (signal) => {
        performed = await perform(world, execution, action, attempt, signal);
        return performed;
      });
      return performed;
    } finally {
      // Also when the result was not taken: the run was cancelled meanwhile.
      if (performed) world.record.performed(attempt, performed);
    }
  };
}

function playbooksOf(db: Database): (execution: Execution) => Promise<Playbook> {
  const known = new Map<string, Playbook>();
  return async (execution) => {
    const { tenant_id: tenantId, playbook_id: id, playbook_version: version } = execution;
    const key = JSON.stringify([tenantId, id, version]);
    const before = known.get(key);
    if (before) return before;
    const body = await untilAnswered(() => playbookBody(db.read, tenantId, id, version));
    const read = body === undefined ? undefined : readPlaybook(JSON.stringify(body));
    if (!read || 'problems' in read) throw errors.UNKNOWN_VERSION([id, version]);
    const oldest = known.size < mostPlaybooks ? undefined : known.keys().next().value;
    if (oldest !== undefined) known.delete(oldest);
    known.set(key, read.playbook);
    return read.playbook;
  };
}
