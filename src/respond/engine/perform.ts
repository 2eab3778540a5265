import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Database, Tx } from '../../db/index.ts';
import { append, type LedgerEntry } from '../../ledger/index.ts';
import type { Action, ActionCall, ActionOutcome } from './action.ts';
import { errors } from './errors.ts';
import type { Execution, StepExecution } from './execution.ts';
import type { Attempt, AttemptResult } from './interpret.ts';
import { untilAnswered } from './until-answered.ts';
import { beginStep, finishStep, stepExecution } from './store/executions.ts';

/**
 * Carries out one effect: intent on record, then the effect, then its outcome on record. Called again for the same
 * effect (a crash, a takeover), it gives the recorded outcome, repeats what is repeatable with the same key, and calls
 * everything else uncertain.
 */
export async function perform(
  world: { db: Database; clock: Clock; executorId: string; actions: ReadonlyMap<string, Action> },
  execution: Execution,
  attempt: Attempt,
  cancelled: AbortSignal,
): Promise<AttemptResult> {
  const { db, clock, executorId } = world;
  const startedAt = clock.now();
  const key = {
    executionId: execution.id,
    stepId: attempt.stepId,
    iteration: attempt.iteration,
    commandIndex: attempt.commandIndex,
  };
  const effectKey = `${execution.id}/${attempt.stepId}#${attempt.iteration}.${attempt.commandIndex}`;
  const stepName = attempt.step.name ?? attempt.stepId;
  const action = world.actions.get(attempt.command.type);

  const { isNew, row } = await untilAnswered(() =>
    db.transaction(async (tx) => {
      const begun = await beginStep(tx, {
        ...key,
        executorId,
        effectKey,
        stepName,
        stepType: 'action',
        commandType: attempt.command.type,
      });
      if (begun.row.finished_at === null)
        await append(tx, [
          entryOf(
            execution,
            clock,
            'step.attempted',
            `The step "${stepName}" is attempted (${attempt.command.type}).`,
            {
              ...key,
              effect_key: effectKey,
              command: attempt.command,
              args: attempt.args,
              attempt: begun.row.attempts,
            },
          ),
        ]);
      return begun;
    }),
  );
  if (row.finished_at !== null) return resultOf(row, 0);

  const answer: ActionOutcome & { isTimeout?: boolean } =
    action === undefined
      ? { outcome: 'failed', detail: `There is no action ${attempt.command.type}.` }
      : isNew || action.isRepeatable
        ? await runInTime(action, callOf(execution, attempt, effectKey, stepName), attempt.timeoutMs, cancelled)
        : { outcome: 'uncertain', detail: 'The process ended while it waited for the answer; it is not sent again.' };
  const status = answer.isTimeout ? 'timeout_error' : statusOf[answer.outcome];
  const out = { ...answer.out };

  await untilAnswered(() =>
    db.transaction(async (tx) => {
      if (!(await finishStep(tx, { ...key, executorId, status, detail: answer.detail, out }))) {
        await assertOurs(tx, key, executorId);
        return;
      }
      await append(tx, [
        entryOf(
          execution,
          clock,
          `step.${answer.isTimeout ? 'timed_out' : answer.outcome}`,
          `The step "${stepName}" ${wordOf[status] ?? status}: ${answer.detail}`,
          {
            ...key,
            effect_key: effectKey,
            out,
          },
        ),
      ]);
    }),
  );
  return { status, detail: answer.detail, out, durationMs: Math.max(0, clock.now() - startedAt) };
}

const statusOf = { succeeded: 'successfully_completed', failed: 'failed', uncertain: 'uncertain' } as const;
const wordOf: Readonly<Record<string, string>> = {
  successfully_completed: 'succeeded',
  failed: 'failed',
  uncertain: 'is uncertain',
  timeout_error: 'timed out',
};

/** An update that touched nothing: it was ours the first time (the answer was lost), or another process has the run. */
async function assertOurs(tx: Tx, key: Parameters<typeof stepExecution>[1], executorId: string): Promise<void> {
  const row = await stepExecution(tx, key);
  if (row?.executor_id !== executorId) throw errors.STEP_TAKEN_OVER([key.stepId]);
}

function resultOf(row: StepExecution, durationMs: number): AttemptResult {
  const status = row.status === 'ongoing' || row.status === 'await_user_input' ? 'failed' : row.status;
  return { status, detail: row.status_text, out: row.outputs, durationMs };
}

async function runInTime(
  action: Action,
  call: Omit<ActionCall, 'signal'>,
  timeoutMs: number,
  cancelled: AbortSignal,
): Promise<ActionOutcome & { isTimeout?: boolean }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, cancelled]);
  const over = Promise.withResolvers<ActionOutcome & { isTimeout?: boolean }>();
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
        (error: unknown): ActionOutcome => ({
          outcome: action.isRepeatable ? 'failed' : 'uncertain',
          detail: messageOf(error).slice(0, 2_000),
        }),
      ),
    ]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function callOf(
  execution: Execution,
  attempt: Attempt,
  effectKey: string,
  stepName: string,
): Omit<ActionCall, 'signal'> {
  return {
    executionId: execution.id,
    stepId: attempt.stepId,
    stepName,
    effectKey,
    tenantId: execution.tenant_id,
    siteId: execution.site_id,
    incidentId: execution.incident_id,
    isDemonstration: execution.is_demonstration,
    playbookName: execution.playbook_name,
    text: attempt.command.command ?? '',
    args: attempt.args,
    containments: execution.inputs.containments,
  };
}

/** A ledger entry about a run. */
export function entryOf(
  execution: Execution,
  clock: Clock,
  kind: string,
  summary: string,
  body: Record<string, unknown>,
): LedgerEntry {
  return {
    tenant_id: execution.tenant_id,
    at: clock.now(),
    kind,
    actor: execution.id,
    ...(execution.incident_id === null ? {} : { incident_id: execution.incident_id }),
    subject: execution.id,
    summary,
    body: { playbook_id: execution.playbook_id, playbook_version: execution.playbook_version, ...body },
  };
}
