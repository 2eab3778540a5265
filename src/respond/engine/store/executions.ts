import { z } from 'zod';
import { storableJson, storableText } from '../../../base/storable-text.ts';
import { sql, type Tx } from '../../../db/index.ts';
import { Execution, StepExecution, type ExecutionStatus } from '../execution.ts';
import type { ExecutionRequest } from '../request-execution.ts';

const storable = (text: string) => storableText(text).slice(0, 4_000);

const jsonb = (value: unknown) => sql`${storableJson(value)}::jsonb`;

/** Gives false when the run is there already. */
export async function insertExecution(tx: Tx, request: ExecutionRequest): Promise<boolean> {
  const count = await tx.run(sql`
    insert into executions (id, tenant_id, site_id, playbook_id, playbook_version, playbook_name, incident_id, inputs,
      requested_by, is_demonstration)
    values (${request.executionId}, ${request.tenantId}, ${request.siteId}, ${request.playbook.id},
      ${request.playbook.version}, ${request.playbook.name}, ${request.incidentId}, ${jsonb(request.inputs)},
      ${request.requestedBy}, ${request.isDemonstration})
    on conflict (id) do nothing`);
  return count === 1;
}

export interface EngineRequest {
  executionId: string;
  kind: 'start' | 'cancel' | 'signal' | 'delay';
  key: string;
  body: Record<string, unknown>;
}

export async function insertRequest(tx: Tx, request: EngineRequest): Promise<void> {
  await tx.run(sql`
    insert into execution_requests (execution_id, kind, request_key, body)
    values (${request.executionId}, ${request.kind}, ${request.key}, ${jsonb(request.body)})
    on conflict (execution_id, kind, request_key) do nothing`);
}

export function executionById(tx: Tx, id: string): Promise<Execution | undefined> {
  return tx.maybe(Execution, sql`select * from executions where id = ${id}`);
}

export interface ExecutionQuery {
  tenantId: string;
  incidentId?: string;
  status?: string;
  limit: number;
  /** The last execution of the page before. */
  before?: { requestedAt: Date; id: string };
}

/** Newest first. */
export function listExecutions(tx: Tx, query: ExecutionQuery): Promise<Execution[]> {
  return tx.many(
    Execution,
    sql`select * from executions where tenant_id = ${query.tenantId}
      ${query.incidentId === undefined ? sql`` : sql`and incident_id = ${query.incidentId}`}
      ${query.status === undefined ? sql`` : sql`and status = ${query.status}`}
      ${query.before === undefined ? sql`` : sql`and (requested_at, id) < (${query.before.requestedAt}, ${query.before.id})`}
      order by requested_at desc, id desc limit ${query.limit}`,
  );
}

/** In the order in which they were begun. */
export function stepsOfExecution(tx: Tx, executionId: string): Promise<StepExecution[]> {
  return tx.many(
    StepExecution,
    sql`select * from step_executions where execution_id = ${executionId}
        order by started_at, iteration, command_index limit 10000`,
  );
}

interface StepKey {
  executionId: string;
  stepId: string;
  iteration: number;
  commandIndex: number;
}

const BegunStep = StepExecution.extend({ is_new: z.boolean() });

/** Puts the intent on record. A step that is there already, unfinished, becomes this process's, with one attempt more. */
export async function beginStep(
  tx: Tx,
  step: StepKey & { executorId: string; effectKey: string; stepName: string; stepType: string; commandType: string },
): Promise<{ isNew: boolean; row: StepExecution }> {
  const row = await tx.one(
    BegunStep,
    sql`insert into step_executions as s (execution_id, step_id, iteration, command_index, step_type, step_name,
          command_type, effect_key, status, executor_id)
        values (${step.executionId}, ${step.stepId}, ${step.iteration}, ${step.commandIndex}, ${step.stepType},
          ${step.stepName}, ${step.commandType}, ${step.effectKey}, 'ongoing', ${step.executorId})
        on conflict (execution_id, step_id, iteration, command_index) do update set
          attempts = s.attempts + case when s.finished_at is null then 1 else 0 end,
          executor_id = case when s.finished_at is null then excluded.executor_id else s.executor_id end
        returning *, (xmax = 0) as is_new`,
  );
  return { isNew: row.is_new, row };
}

/** Puts the outcome on record and with it the run's progress. False: it is finished, or another process has taken it over. */
export async function finishStep(
  tx: Tx,
  step: StepKey & { executorId: string; status: StepExecution['status']; detail: string; out: Record<string, string> },
): Promise<boolean> {
  const count = await tx.run(sql`
    update step_executions
    set status = ${step.status}, status_text = ${storable(step.detail)}, outputs = ${jsonb(step.out)},
      finished_at = clock_timestamp()
    where execution_id = ${step.executionId} and step_id = ${step.stepId} and iteration = ${step.iteration}
      and command_index = ${step.commandIndex} and executor_id = ${step.executorId} and finished_at is null`);
  if (count === 1)
    await tx.run(sql`update executions set recoveries = 0 where id = ${step.executionId} and recoveries > 0`);
  return count === 1;
}

export function stepExecution(tx: Tx, step: StepKey): Promise<StepExecution | undefined> {
  return tx.maybe(
    StepExecution,
    sql`select * from step_executions where execution_id = ${step.executionId} and step_id = ${step.stepId}
          and iteration = ${step.iteration} and command_index = ${step.commandIndex}`,
  );
}

/** A step without an effect, passed. */
export async function insertPassedStep(
  tx: Tx,
  step: StepKey & {
    stepName: string;
    stepType: string;
    status: StepExecution['status'];
    detail: string;
    executorId: string;
  },
): Promise<void> {
  await tx.run(sql`
    insert into step_executions (execution_id, step_id, iteration, command_index, step_type, step_name, effect_key, status,
      status_text, executor_id, finished_at)
    values (${step.executionId}, ${step.stepId}, ${step.iteration}, 0, ${step.stepType}, ${step.stepName}, '',
      ${step.status}, ${storable(step.detail)}, ${step.executorId}, clock_timestamp())
    on conflict (execution_id, step_id, iteration, command_index) do nothing`);
}

/** Marks the run as under way in this process. undefined: it is over, or never was. */
export function beginExecution(tx: Tx, id: string, executorId: string): Promise<Execution | undefined> {
  return tx.maybe(
    Execution,
    sql`update executions set status = 'ongoing', executor_id = ${executorId},
          started_at = coalesce(started_at, clock_timestamp())
        where id = ${id} and finished_at is null returning *`,
  );
}

/** Closes the run once; gives it only the first time. */
export function finishExecution(
  tx: Tx,
  id: string,
  status: ExecutionStatus,
  detail: string,
): Promise<Execution | undefined> {
  return tx.maybe(
    Execution,
    sql`update executions set status = ${status}, status_text = ${storable(detail)}, finished_at = clock_timestamp()
        where id = ${id} and finished_at is null returning *`,
  );
}

/** Counts a takeover without progress; gives how many there are now. undefined: the run is over. */
export async function countRecovery(tx: Tx, id: string): Promise<number | undefined> {
  const row = await tx.maybe(
    z.object({ recoveries: z.int() }),
    sql`update executions set recoveries = recoveries + 1 where id = ${id} and finished_at is null returning recoveries`,
  );
  return row?.recoveries;
}

const WaitingRequest = z.object({
  id: z.number(),
  execution_id: z.string(),
  kind: z.enum(['start', 'cancel', 'signal', 'delay']),
  request_key: z.string(),
  body: z.record(z.string(), z.unknown()),
});
export type WaitingRequest = z.infer<typeof WaitingRequest>;

/** What the engine is asked to do, oldest first; locked until the transaction ends. */
export function claimRequests(tx: Tx, limit: number): Promise<WaitingRequest[]> {
  return tx.many(
    WaitingRequest,
    sql`select id, execution_id, kind, request_key, body from execution_requests where dispatched_at is null
        order by id limit ${limit} for update skip locked`,
  );
}

export async function settleRequests(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await tx.run(sql`update execution_requests set dispatched_at = now() where id = any(${[...ids]}::bigint[])`);
}

/** Requests that were carried out longer ago than this. Gives how many were dropped. */
export function deleteOldRequests(tx: Tx, days: number): Promise<number> {
  return tx.run(sql`delete from execution_requests where dispatched_at < now() - make_interval(days => ${days}::int)`);
}
