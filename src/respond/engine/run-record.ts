import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Database, Transaction, Tx } from '../../db/index.ts';
import { append, type LedgerEntry } from '../../ledger/index.ts';
import type { InnerAction } from './action.ts';
import { callOf, endOf, intentOf, recordedResult, rowOf, statusOf, type Answer, type Performed } from './effect.ts';
import { entryOf } from './entry-of.ts';
import type { Execution, StepExecution } from './execution.ts';
import type { Attempt, AttemptResult, PassedStep, RunResult } from './interpret.ts';
import * as store from './store/executions.ts';
import { untilAnswered } from './until-answered.ts';

/**
 * What a run does, in its steps' rows and in the ledger: one transaction from the end of a step to the beginning of the
 * next. Until then an end is kept back. A crash does not lose it: the durable engine has the result, so that a resumed run
 * keeps it back again. What stands on record already is not written twice.
 */
export interface RunRecord {
  /** Commits what was kept back and the intent of an effect: it may be attempted now. */
  begin(attempt: Attempt): Promise<{ isNew: boolean; row: StepExecution }>;
  /** Keeps back how an effect ended. Whatever was kept back before is on record, or its end would not be known. */
  performed(attempt: Attempt, result: Performed): void;
  /** Keeps back a step without an effect. */
  passed(step: PassedStep): Promise<void>;
  /** Commits what was kept back, an effect on our own tables, its intent and its outcome. */
  carryOut(action: InnerAction, attempt: Attempt): Promise<AttemptResult>;
  /**
   * The same for what was only read, where nothing was attempted.
   * @param startedAt epoch ms
   */
  wasRead(attempt: Attempt, startedAt: number, answer: Answer): Promise<AttemptResult>;
  /** Commits what was kept back. */
  flush(): Promise<void>;
  /** Commits what was kept back and the end of the run. */
  close(result: RunResult): Promise<void>;
}

/** So many steps without an effect may follow each other before they are written. */
const mostKept = 100;

/** The end of a step; only effects have an entry. */
type Kept = { step: store.EndedStep; entry?: LedgerEntry };

export function createRunRecord(
  world: { db: Database; clock: Clock; executorId: string },
  execution: Execution,
): RunRecord {
  const { db, clock, executorId } = world;
  const executionId = execution.id;
  let kept: readonly Kept[] = [];
  let { recoveries } = execution;
  let isForgotten = false;

  /** Runs `work` in a transaction, and then nothing is kept back any more: `work` settles it. */
  async function commit<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = await untilAnswered(() => db.transaction(work));
    kept = [];
    if (isForgotten) recoveries = 0;
    return result;
  }

  /** Writes ends; gives the entries of those that were not on record. */
  async function settle(tx: Tx, ends: readonly Kept[]): Promise<LedgerEntry[]> {
    if (ends.length === 0) return [];
    const fresh = await store.settleSteps(
      tx,
      executionId,
      ends.map((end) => end.step),
    );
    // Progress: whatever killed its process before, the run has got past it.
    if (recoveries > 0 && fresh.some(Boolean)) {
      await store.forgetRecoveries(tx, executionId);
      isForgotten = true;
    }
    return ends.flatMap((end, index) => (fresh[index] && end.entry ? [end.entry] : []));
  }

  function recordWithin(
    attempt: Attempt,
    startedAt: number,
    effect: (tx: Tx) => Promise<Answer & { entries: readonly LedgerEntry[] }>,
  ): Promise<AttemptResult> {
    return commit(async (tx) => {
      const intent = intentOf(execution, attempt, 1, startedAt);
      const { entries, ...answer } = await effect(tx);
      const result = { status: statusOf(answer), detail: answer.detail, out: { ...answer.out }, durationMs: 0 };
      const end = endOf(execution, attempt, { ...result, executorId, endedAt: clock.now() });
      const settled = await settle(tx, [...kept, end]);
      const isNew = settled.includes(end.entry);
      tx.later(append(tx, isNew ? [...settled.slice(0, -1), intent, ...entries, end.entry] : [...settled, ...entries]));
      return isNew
        ? result
        : recordedResult(await store.stepExecution(tx, { executionId, ...rowOf(execution, attempt) }));
    });
  }

  async function flush(): Promise<void> {
    if (kept.length > 0) await commit(async (tx) => append(tx, await settle(tx, kept)));
  }

  return {
    begin: (attempt) =>
      commit(async (tx) => {
        const [ended, begun] = await Promise.all([
          settle(tx, kept),
          store.beginStep(tx, { executionId, executorId, ...rowOf(execution, attempt) }),
        ]);
        const isOver = begun.row.finished_at !== null;
        const intent = intentOf(execution, attempt, begun.row.attempts, clock.now());
        tx.later(append(tx, isOver ? ended : [...ended, intent]));
        return begun;
      }),
    performed(attempt, result) {
      kept = [endOf(execution, attempt, result)];
    },
    async passed({ stepId, iteration, step, status, detail }) {
      const row = { stepId, iteration, commandIndex: 0, stepType: step.type, stepName: step.name ?? stepId };
      kept = [...kept, { step: { ...row, commandType: '', effectKey: '', executorId, status, detail, out: {} } }];
      if (kept.length >= mostKept) await flush();
    },
    async carryOut(action, attempt) {
      const call = callOf(execution, attempt);
      const startedAt = clock.now();
      try {
        return await recordWithin(attempt, startedAt, (tx) => action.within(tx, call));
      } catch (error) {
        return this.wasRead(attempt, startedAt, { outcome: 'failed', detail: messageOf(error).slice(0, 2_000) });
      }
    },
    wasRead: (attempt, startedAt, answer) => recordWithin(attempt, startedAt, async () => ({ ...answer, entries: [] })),
    flush,
    close: ({ status, detail }) =>
      commit(async (tx) => {
        const [ended, closed] = await Promise.all([
          settle(tx, kept),
          store.finishExecution(tx, executionId, status, detail),
        ]);
        const summary = `The playbook "${execution.playbook_name}" ended: ${detail}`;
        const end = closed && entryOf(closed, clock.now(), `execution.${status}`, summary, { status });
        tx.later(append(tx, end ? [...ended, end] : ended));
      }),
  };
}
