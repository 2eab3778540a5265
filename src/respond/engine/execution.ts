import { z } from 'zod';
import type { LoadedPlaybook } from '../playbook/playbook.ts';

/** Where a run stands. After `requested` and before an end it is `ongoing` or waits for a person. */
export const ExecutionStatus = z.enum([
  'requested',
  'ongoing',
  'await_user_input',
  'successfully_completed',
  'failed',
  'refused',
  'cancelled',
  'quarantined',
]);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

/** CACAO execution-status, and `uncertain`: an effect whose answer was lost. */
export const StepStatus = z.enum([
  'ongoing',
  'await_user_input',
  'successfully_completed',
  'failed',
  'timeout_error',
  'server_side_error',
  'client_side_error',
  'exception_condition_invoked',
  'uncertain',
]);
export type StepStatus = z.infer<typeof StepStatus>;

/** What a run is given. References only: a secret never stands in a run's input. */
export const ExecutionInputs = z.object({
  /** Values of the playbook's external variables. */
  variables: z.record(z.string(), z.string()),
  /** Containments made by the fast path, to be adopted by their step. */
  containments: z.array(z.object({ step_id: z.string(), containment_id: z.string(), target: z.string() })),
});
export type ExecutionInputs = z.infer<typeof ExecutionInputs>;

/** One run of a playbook version. */
export const Execution = z.object({
  id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  playbook_id: z.string(),
  playbook_version: z.string(),
  playbook_name: z.string(),
  incident_id: z.string().nullable(),
  status: ExecutionStatus,
  status_text: z.string(),
  inputs: ExecutionInputs,
  requested_by: z.string(),
  is_demonstration: z.boolean(),
  executor_id: z.string().nullable(),
  recoveries: z.int(),
  requested_at: z.date(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
});
export type Execution = z.infer<typeof Execution>;

/** One step of a run, one row per effect. */
export const StepExecution = z.object({
  execution_id: z.string(),
  step_id: z.string(),
  iteration: z.int(),
  command_index: z.int(),
  step_type: z.string(),
  step_name: z.string(),
  command_type: z.string(),
  effect_key: z.string(),
  status: StepStatus,
  status_text: z.string(),
  outputs: z.record(z.string(), z.string()),
  attempts: z.int(),
  executor_id: z.string().nullable(),
  started_at: z.date(),
  finished_at: z.date().nullable(),
});
export type StepExecution = z.infer<typeof StepExecution>;

export interface ExecutionRequest {
  /** Deterministic: the same request twice is one run. */
  executionId: string;
  playbook: Pick<LoadedPlaybook, 'id' | 'version' | 'name'>;
  tenantId: string;
  siteId: string;
  incidentId: string | null;
  inputs: ExecutionInputs;
  requestedBy: string;
  isDemonstration: boolean;
  /** ms to wait before the run starts; a waiting run costs no memory. */
  delayMs?: number;
}
