import type { LedgerEntry } from '../../ledger/index.ts';
import type { ActionCall, ActionOutcome } from './action.ts';
import { entryOf } from './entry-of.ts';
import type { Execution, StepExecution } from './execution.ts';
import type { Attempt, AttemptResult } from './interpret.ts';
import type { EndedStep } from './store/executions.ts';

/** The result of an effect with what its record needs; the durable engine remembers it. */
export type Performed = AttemptResult & {
  /** The process that carried it out. */
  executorId: string;
  /** Epoch ms. */
  endedAt: number;
};

/** What came of an action: its own word, or that its time was over. */
export type Answer = ActionOutcome & { isTimeout?: boolean };

const statuses = { succeeded: 'successfully_completed', failed: 'failed', uncertain: 'uncertain' } as const;

export function statusOf({ outcome, isTimeout }: Answer): AttemptResult['status'] {
  return isTimeout ? 'timeout_error' : statuses[outcome];
}

/** How an effect ended, as the end of an entry's kind and in words for people. */
const endings: Readonly<Record<string, { kind: string; words: string }>> = {
  successfully_completed: { kind: 'succeeded', words: 'succeeded' },
  failed: { kind: 'failed', words: 'failed' },
  uncertain: { kind: 'uncertain', words: 'is uncertain' },
  timeout_error: { kind: 'timed_out', words: 'timed out' },
};

/** The row of an effect, without how it went. */
export function rowOf(execution: Execution, { stepId, iteration, commandIndex, step, command }: Attempt) {
  return {
    stepId,
    iteration,
    commandIndex,
    stepType: 'action',
    stepName: step.name ?? stepId,
    commandType: command.type,
    effectKey: `${execution.id}/${stepId}#${iteration}.${commandIndex}`,
  };
}

export function callOf(execution: Execution, attempt: Attempt): Omit<ActionCall, 'signal'> {
  const { stepId, stepName, effectKey } = rowOf(execution, attempt);
  return {
    executionId: execution.id,
    stepId,
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

/**
 * The intent in the ledger.
 * @param attempts how often it was attempted, this time included
 */
export function intentOf(execution: Execution, attempt: Attempt, attempts: number, at: number): LedgerEntry {
  const { command, args } = attempt;
  const { stepName } = rowOf(execution, attempt);
  return entryOf(execution, at, 'step.attempted', `The step "${stepName}" is attempted (${command.type}).`, {
    ...bodyOf(execution, attempt),
    command,
    args,
    attempt: attempts,
  });
}

/** The outcome, for the effect's row and for the ledger. */
export function endOf(
  execution: Execution,
  attempt: Attempt,
  { status, detail, out, executorId, endedAt }: Performed,
): { step: EndedStep; entry: LedgerEntry } {
  const row = rowOf(execution, attempt);
  const { kind, words } = endings[status] ?? { kind: status, words: status };
  return {
    step: { ...row, executorId, status, detail, out },
    entry: entryOf(execution, endedAt, `step.${kind}`, `The step "${row.stepName}" ${words}: ${detail}`, {
      ...bodyOf(execution, attempt),
      out,
    }),
  };
}

function bodyOf(execution: Execution, attempt: Attempt) {
  const { stepId, iteration, commandIndex, effectKey } = rowOf(execution, attempt);
  return { executionId: execution.id, stepId, iteration, commandIndex, effect_key: effectKey };
}

/** What stands on record of an effect that is over. */
export function recordedResult(row: StepExecution): AttemptResult {
  const status = row.status === 'ongoing' || row.status === 'await_user_input' ? 'failed' : row.status;
  return { status, detail: row.status_text, out: row.outputs, durationMs: 0 };
}
