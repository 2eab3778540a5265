import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import { readPlaybook, type Playbook } from '../../standards/cacao/index.ts';
import { playbookBody } from '../playbook/store.ts';
import type { Action } from './action.ts';
import { errors } from './errors.ts';
import type { Execution } from './execution.ts';
import { interpret, type RunResult } from './interpret.ts';
import { entryOf, perform } from './perform.ts';
import { beginExecution, finishExecution, insertPassedStep } from './store/executions.ts';
import { untilAnswered } from './until-answered.ts';
import type { Workflow } from './workflow-engine.ts';

/** The one workflow: interprets the version of the playbook that the run began with. */
export function executionWorkflow(world: {
  db: Database;
  clock: Clock;
  log: Log;
  executorId: string;
  actions: ReadonlyMap<string, Action>;
}): Workflow {
  const { db, clock, executorId } = world;
  return async (executionId, durable) => {
    // Outside of a recorded step: both are the same at every replay, or the run is over.
    const execution = await untilAnswered(() => beginExecution(db.read, executionId, executorId));
    if (!execution) return;
    let result: RunResult;
    try {
      const playbook = await playbookOf(db, execution);
      result = await interpret(playbook, execution.inputs.variables, {
        now: (name) => durable.step(name, async () => clock.now()),
        wait: (name, ms) => durable.wait(name, ms),
        attempt: (name, attempt) => durable.step(name, (signal) => perform(world, execution, attempt, signal)),
        note: (name, passed) =>
          durable.step(name, () =>
            untilAnswered(() =>
              insertPassedStep(db.read, {
                executionId,
                stepId: passed.stepId,
                iteration: passed.iteration,
                commandIndex: 0,
                stepName: passed.step.name ?? passed.stepId,
                stepType: passed.step.type,
                status: passed.status,
                detail: passed.detail,
                executorId,
              }),
            ),
          ),
      });
    } catch (error) {
      if (durable.isEnded(error)) throw error;
      world.log.error({ executionId, error: messageOf(error) }, 'An execution failed for a reason of our own.');
      result = { status: 'failed', detail: `The engine failed: ${messageOf(error)}` };
    }
    await durable.step('finish', () => untilAnswered(() => finish(world, executionId, result)));
    db.channels.wake('executions');
  };
}

async function finish(world: { db: Database; clock: Clock }, executionId: string, result: RunResult): Promise<void> {
  await world.db.transaction(async (tx) => {
    const closed = await finishExecution(tx, executionId, result.status, result.detail);
    if (!closed) return;
    await append(tx, [
      entryOf(
        closed,
        world.clock,
        `execution.${result.status}`,
        `The playbook "${closed.playbook_name}" ended: ${result.detail}`,
        {
          status: result.status,
        },
      ),
    ]);
  });
}

async function playbookOf(db: Database, execution: Execution): Promise<Playbook> {
  const body = await untilAnswered(() =>
    playbookBody(db.read, execution.tenant_id, execution.playbook_id, execution.playbook_version),
  );
  if (body === undefined) throw errors.UNKNOWN_VERSION([execution.playbook_id, execution.playbook_version]);
  const read = readPlaybook(JSON.stringify(body));
  if ('problems' in read) throw errors.UNKNOWN_VERSION([execution.playbook_id, execution.playbook_version]);
  return read.playbook;
}
