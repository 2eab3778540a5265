import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ActionCall, OuterAction } from './action.ts';
import { callOf, recordedResult, statusOf, type Answer, type Performed } from './effect.ts';
import type { Execution } from './execution.ts';
import type { Attempt } from './interpret.ts';
import type { RunRecord } from './run-record.ts';
import { untilAnswered } from './until-answered.ts';

/**
 * Carries out one effect: intent on record, then the effect. Called again for the same effect (a crash, a takeover), it
 * gives the recorded outcome, repeats what is repeatable with the same key, and calls everything else uncertain.
 */
export async function perform(
  world: { clock: Clock; executorId: string; record: RunRecord },
  execution: Execution,
  action: OuterAction | undefined,
  attempt: Attempt,
  cancelled: AbortSignal,
): Promise<Performed> {
  const { clock, executorId } = world;
  const startedAt = clock.now();
  const { isNew, row } = await world.record.begin(attempt);
  if (row.finished_at !== null) return { ...recordedResult(row), executorId, endedAt: row.finished_at.getTime() };

  const answer: Answer =
    action === undefined
      ? { outcome: 'failed', detail: `There is no action ${attempt.command.type}.` }
      : isNew || action.isRepeatable
        ? await runInTime(action, callOf(execution, attempt), attempt.timeoutMs, cancelled)
        : { outcome: 'uncertain', detail: 'The process ended while it waited for the answer; it is not sent again.' };
  const endedAt = clock.now();
  return {
    status: statusOf(answer),
    detail: answer.detail,
    out: { ...answer.out },
    durationMs: Math.max(0, endedAt - startedAt),
    executorId,
    endedAt,
  };
}

/** Runs an action until its time is over or the run is cancelled. */
export async function runInTime(
  action: Pick<OuterAction, 'isRepeatable' | 'run'>,
  call: Omit<ActionCall, 'signal'>,
  timeoutMs: number,
  cancelled: AbortSignal,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, cancelled]);
  const over = Promise.withResolvers<Answer>();
  const onAbort = () =>
    over.resolve(
      timeout.aborted
        ? { outcome: 'failed', detail: `ACTION_TIMEOUT: no end after ${timeoutMs} ms.`, isTimeout: true }
        : { outcome: action.isRepeatable ? 'failed' : 'uncertain', detail: 'The run was cancelled meanwhile.' },
    );
  signal.addEventListener('abort', onAbort, { once: true });
  const run = () => action.run({ ...call, signal });
  try {
    return await Promise.race([
      over.promise,
      (action.isRepeatable ? untilAnswered(run, signal) : run()).catch(
        // A repeatable action that threw has done no harm; of any other nobody knows.
        (error: unknown): Answer => ({
          outcome: action.isRepeatable ? 'failed' : 'uncertain',
          detail: messageOf(error).slice(0, 2_000),
        }),
      ),
    ]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
