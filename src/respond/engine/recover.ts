import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import { entryOf } from './entry-of.ts';
import { countRecovery, finishExecution } from './store/executions.ts';
import type { WorkflowEngine } from './workflow-engine.ts';

/** Takeovers without a finished step between them, after which a run is set aside. */
const maxRecoveries = 5;
/** From here on it is suspected of killing its process, and goes on alone. */
const suspectFrom = 2;
const batch = 500;

/** Gives the runs of a dead engine process to the living ones; sets those aside that seem to kill their process. Resolves to how many there were. */
export async function takeOverRuns(
  world: { db: Database; clock: Clock; log: Log; engine: WorkflowEngine },
  deadId: string,
): Promise<number> {
  const { db, engine } = world;
  let taken = 0;
  for (;;) {
    const runs = await engine.list({ executorId: deadId, status: 'running', limit: batch });
    const innocent: string[] = [];
    const suspects: string[] = [];
    for (const { executionId } of runs) {
      const recoveries = await countRecovery(db.read, executionId);
      if (recoveries !== undefined && recoveries > maxRecoveries) await quarantine(world, executionId, recoveries);
      else if (recoveries === undefined) await engine.cancel(executionId);
      else (recoveries >= suspectFrom ? suspects : innocent).push(executionId);
    }
    await engine.resume(innocent, { alone: false });
    await engine.resume(suspects, { alone: true });
    taken += runs.length;
    if (runs.length < batch) return taken;
  }
}

async function quarantine(
  world: { db: Database; clock: Clock; log: Log; engine: WorkflowEngine },
  executionId: string,
  recoveries: number,
): Promise<void> {
  const detail = `Its engine process ended ${recoveries} times without the run getting on; it is not tried again.`;
  await world.engine.cancel(executionId);
  await world.db.transaction(async (tx) => {
    const closed = await finishExecution(tx, executionId, 'quarantined', detail);
    if (closed)
      await append(tx, [
        entryOf(
          closed,
          world.clock.now(),
          'execution.quarantined',
          `The playbook "${closed.playbook_name}" was set aside: ${detail}`,
          {
            recoveries,
          },
        ),
      ]);
  });
  world.log.error({ executionId, recoveries }, 'An execution keeps ending its engine process and was set aside.');
}
