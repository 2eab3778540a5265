import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { startLoop } from '../../base/loop.ts';
import { withAdvisoryLock, type Database } from '../../db/index.ts';
import type { Action } from './action.ts';
import { createDispatch } from './dispatch.ts';
import { joinExecutors } from './executor.ts';
import { takeOverRuns } from './recover.ts';
import { executionWorkflow } from './run-execution.ts';
import { deleteOldRequests } from './store/executions.ts';
import type { WorkflowEngine } from './workflow-engine.ts';

export interface EngineOptions {
  db: Database;
  /** The same database, for the connections that DBOS and the lock hold themselves. */
  url: string;
  clock: Clock;
  log: Log;
  actions: readonly Action[];
  /** The lock is lost: the process must end at once, since others take its runs over. */
  onLost: (reason: string) => void;
  sweepMs?: number;
  standstillMs?: number;
  maxRunning?: number;
  /** Ended runs are forgotten by the engine after so many days; our own tables keep them. */
  keepDays?: number;
}

export interface RunningEngine {
  readonly engine: WorkflowEngine;
  /** Waits a little for steps under way, then leaves; what is unfinished goes on elsewhere or at the next start. */
  stop(): Promise<void>;
}

const dayMs = 86_400_000;
/** The containment was ordered before its run was asked for; what reads it back goes first. */
const gatherMs = 25;

/** The engine of one process: joins the others, migrates under the common lock, carries out what is asked for. */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const { db, clock, log } = options;
  // Loaded only here: whoever opens the door of this room must not carry DBOS in memory.
  const { createDbosEngine, migrateEngine } = await import('./dbos-engine.ts');
  const settings = { url: options.url, executorId: randomUUID(), log };
  await withAdvisoryLock(db, 'firebreak.migrate', () => migrateEngine(settings), { timeoutMs: 120_000 });

  const executor = await joinExecutors({
    url: options.url,
    id: settings.executorId,
    log,
    standstillMs: options.standstillMs ?? 10_000,
    onLost: options.onLost,
  });
  const actions = new Map(options.actions.map((action) => [action.name, action]));
  let onRoom = () => {};
  let isOwnWord = false;
  const onEnd = () => {
    // For those who show it: it brings no request.
    isOwnWord = true;
    db.channels.wake('executions');
    isOwnWord = false;
  };
  const engine = await createDbosEngine({
    ...settings,
    workflow: executionWorkflow({ db, clock, log, executorId: executor.id, actions, onEnd, onLost: options.onLost }),
    onRoom: () => onRoom(),
  });

  const dispatch = createDispatch({ db, clock, log, engine, maxRunning: options.maxRunning ?? 500 });
  const dispatching = startLoop({
    name: 'executions',
    everyMs: 1_000,
    gatherMs,
    log,
    turn: () => dispatch.turn(),
  });
  onRoom = () => {
    if (dispatch.isHeldBack()) dispatching.wake();
  };
  const endListening = db.channels.listen('executions', () => {
    if (!isOwnWord) dispatching.wake();
  });

  let forgetAt = clock.now();
  const sweeping = startLoop({
    name: 'executors',
    everyMs: options.sweepMs ?? 1_000,
    log,
    async turn() {
      await executor.sweep((deadId) => takeOverRuns({ db, clock, log, engine }, deadId));
      if (clock.now() >= forgetAt) {
        forgetAt = clock.now() + dayMs;
        const keepDays = options.keepDays ?? 30;
        await engine.forget(clock.now() - keepDays * dayMs);
        await deleteOldRequests(db.read, keepDays);
      }
      return false;
    },
  });

  return {
    engine,
    async stop() {
      endListening();
      await dispatching.stop();
      await sweeping.stop();
      await engine.stop();
      await executor.leave(engine.running());
    },
  };
}
