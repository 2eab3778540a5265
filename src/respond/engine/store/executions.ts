import { z } from 'zod';
import { storableJson, storableText } from '../../../base/storable-text.ts';
import { sql, type Tx } from '../../../db/index.ts';
import { Execution, StepExecution, type ExecutionRequest, type ExecutionStatus } from '../execution.ts';

const storable = (text: string) => storableText(text).slice(0, 4_000);

const jsonb = (value: unknown) => sql`${storableJson(value)}::jsonb`;

/**
 * Asks for a run in the deciding transaction: it exists exactly if that commits. Wake 'executions' afterwards.
 * Gives false when this run was asked for before.
 */
export async function requestExecution(tx: Tx, request: ExecutionRequest): Promise<boolean> {
  const count = await tx.run(sql`
    with run as (
      insert into executions (id, tenant_id, site_id, playbook_id, playbook_version, playbook_name, incident_id, inputs,
        requested_by, is_demonstration)
      values (${request.executionId}, ${request.tenantId}, ${request.siteId}, ${request.playbook.id},
        ${request.playbook.version}, ${request.playbook.name}, ${request.incidentId}, ${jsonb(request.inputs)},
        ${request.requestedBy}, ${request.isDemonstration})
      on conflict (id) do nothing returning id)
    insert into execution_requests (execution_id, kind, request_key, body)
    select id, 'start', '', ${jsonb(request.delayMs ? { delay_ms: request.delayMs } : {})} from run`);
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
          command_type, effect_key, status, executor_id, started_at)
        values (${step.executionId}, ${step.stepId}, ${step.iteration}, ${step.commandIndex}, ${step.stepType},
          ${step.stepName}, ${step.commandType}, ${step.effectKey}, 'ongoing', ${step.executorId}, clock_timestamp())
        on conflict (execution_id, step_id, iteration, command_index) do update set
          attempts = s.attempts + case when s.finished_at is null then 1 else 0 end,
          executor_id = case when s.finished_at is null then excluded.executor_id else s.executor_id end
        returning *, (xmax = 0) as is_new`,
  );
  return { isNew: row.is_new, row };
}

/** A step that is over. */
export interface EndedStep extends Omit<StepKey, 'executionId'> {
  stepType: string;
  stepName: string;
  commandType: string;
  effectKey: string;
  /** The process in which it ended. */
  executorId: string;
  status: StepExecution['status'];
  detail: string;
  out: Readonly<Record<string, string>>;
}

/**
 * Puts ends on record, in this order. Tells of each whether it was not there yet; one that another process has taken over
 * since is left to that.
 */
export async function settleSteps(tx: Tx, executionId: string, steps: readonly EndedStep[]): Promise<boolean[]> {
  const rows = steps.map((step, place) => ({
    place,
    step_id: step.stepId,
    iteration: step.iteration,
    command_index: step.commandIndex,
    step_type: step.stepType,
    step_name: step.stepName,
    command_type: step.commandType,
    effect_key: step.effectKey,
    status: step.status,
    status_text: storable(step.detail),
    outputs: step.out,
    executor_id: step.executorId,
  }));
  const settled = await tx.many(
    StepPlace,
    sql`with given as (
          select * from jsonb_to_recordset(${jsonb(rows)}) as g (place integer, step_id text, iteration integer,
            command_index integer, step_type text, step_name text, command_type text, effect_key text, status text,
            status_text text, outputs jsonb, executor_id text)
        ), settled as (
          insert into step_executions as s (execution_id, step_id, iteration, command_index, step_type, step_name,
            command_type, effect_key, status, status_text, outputs, executor_id, started_at, finished_at)
          select ${executionId}, step_id, iteration, command_index, step_type, step_name, command_type, effect_key, status,
            status_text, outputs, executor_id, clock_timestamp() + place * interval '1 microsecond', clock_timestamp()
          from given order by place
          on conflict (execution_id, step_id, iteration, command_index) do update set
            status = excluded.status, status_text = excluded.status_text, outputs = excluded.outputs,
            finished_at = excluded.finished_at
          where s.finished_at is null and s.executor_id = excluded.executor_id
          returning s.step_id, s.iteration, s.command_index
        )
        select place from given join settled using (step_id, iteration, command_index)`,
  );
  const fresh = new Set(settled.map(({ place }) => place));
  return steps.map((_, place) => fresh.has(place));
}

const StepPlace = z.object({ place: z.int() });

/** Takeovers before this do not count any more. */
export async function forgetRecoveries(tx: Tx, executionId: string): Promise<void> {
  await tx.run(sql`update executions set recoveries = 0 where id = ${executionId} and recoveries > 0`);
}

export function stepExecution(tx: Tx, step: StepKey): Promise<StepExecution> {
  return tx.one(
    StepExecution,
    sql`select * from step_executions where execution_id = ${step.executionId} and step_id = ${step.stepId}
          and iteration = ${step.iteration} and command_index = ${step.commandIndex}`,
  );
}

const BegunExecution = Execution.extend({ started_at: z.date() });

/** Marks the run as under way in this process. undefined: it is over, or never was. */
export function beginExecution(tx: Tx, id: string, executorId: string) {
  return tx.maybe(
    BegunExecution,
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

/** Takes what the engine is asked to do, oldest first. It is carried out exactly when the transaction commits. */
export async function takeRequests(tx: Tx, limit: number): Promise<WaitingRequest[]> {
  const taken = await tx.many(
    WaitingRequest,
    sql`update execution_requests set dispatched_at = now()
        where id = any(array(select id from execution_requests where dispatched_at is null order by id limit ${limit}
          for update skip locked))
        returning id, execution_id, kind, request_key, body`,
  );
  return taken.sort((a, b) => a.id - b.id);
}

/** Requests that were carried out longer ago than this. Gives how many were dropped. */
export function deleteOldRequests(tx: Tx, days: number): Promise<number> {
  return tx.run(sql`delete from execution_requests where dispatched_at < now() - make_interval(days => ${days}::int)`);
}

/**
 * Whether there is anything for an engine process to do: a request to hand over, a run that has not ended (also one that
 * waits for a person, for its time, or for its dead process to be replaced), or the tables of the engine itself to be made.
 */
export async function isEngineNeeded(tx: Tx): Promise<boolean> {
  const { is_needed } = await tx.one(
    z.object({ is_needed: z.boolean() }),
    sql`select exists (select from execution_requests where dispatched_at is null)
          or exists (select from executions where finished_at is null)
          or to_regclass('dbos.workflow_status') is null as is_needed`,
  );
  return is_needed;
}
