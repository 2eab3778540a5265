import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isUnavailable, type Database } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import { entryOf } from './entry-of.ts';
import { finishExecution, takeRequests, type WaitingRequest } from './store/executions.ts';
import type { WorkflowEngine } from './workflow-engine.ts';

const DelayBody = z.object({ delay_ms: z.number().min(0).optional() });
const SignalBody = z.object({ topic: z.string(), message: z.unknown() });

const batch = 20;

/**
 * Hands what was asked for to the engine. A request is taken in a transaction that commits after the engine has it: a crash
 * between the two repeats it, and every one of them is idempotent.
 * @param maxRunning starts wait in the table while so many runs are under way in this process
 */
export function createDispatch(world: {
  db: Database;
  clock: Clock;
  log: Log;
  engine: WorkflowEngine;
  maxRunning: number;
}): {
  turn(): Promise<boolean>;
  /** True when the last turn took nothing because too many runs are under way. */
  isHeldBack(): boolean;
} {
  const { db, engine, log } = world;

  async function carryOut(request: WaitingRequest): Promise<void> {
    const id = request.execution_id;
    switch (request.kind) {
      case 'start': {
        const { delay_ms: delayMs } = DelayBody.parse(request.body);
        return engine.start(id, delayMs === undefined ? {} : { delayMs });
      }
      case 'delay':
        return engine.delay(id, DelayBody.parse(request.body).delay_ms ?? 0);
      case 'signal': {
        const { topic, message } = SignalBody.parse(request.body);
        return engine.signal(id, topic, message, request.request_key);
      }
      case 'cancel':
        return cancel(id);
    }
  }

  async function cancel(id: string): Promise<void> {
    // Our row first: a run that has not begun then never begins.
    await db.transaction(async (tx) => {
      const closed = await finishExecution(tx, id, 'cancelled', 'Cancelled on request.');
      if (closed)
        await append(tx, [
          entryOf(
            closed,
            world.clock.now(),
            'execution.cancelled',
            `The playbook "${closed.playbook_name}" was cancelled.`,
            {},
          ),
        ]);
    });
    await engine.cancel(id);
  }

  let isHeldBack = false;
  return {
    isHeldBack: () => isHeldBack,
    async turn() {
      isHeldBack = engine.running() >= world.maxRunning;
      if (isHeldBack) return false;
      const count = await db.transaction(async (tx) => {
        const requests = await takeRequests(tx, batch);
        for (const request of requests) {
          try {
            await carryOut(request);
          } catch (error) {
            if (isUnavailable(error)) throw error;
            // One that cannot be carried out must not hold up the others.
            log.error(
              { request: request.id, error: messageOf(error) },
              'A request to the engine failed and is dropped.',
            );
            if (request.kind === 'start')
              await finishExecution(tx, request.execution_id, 'failed', `It could not be started: ${messageOf(error)}`);
          }
        }
        return requests.length;
      });
      return count === batch;
    },
  };
}
