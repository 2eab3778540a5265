import { z } from 'zod';
import { route } from './route.ts';
import { Id, Iso, page, pageQuery } from './wire.ts';

export const WireStepExecution = z.object({
  step_id: z.string(),
  name: z.string(),
  status: z.string(),
  attempt: z.int(),
  started_at: Iso.nullable(),
  ended_at: Iso.nullable(),
  /** What it did or why it failed, in one sentence. */
  detail: z.string(),
});

/** One run of a playbook. */
export const WireExecution = z.object({
  id: Id,
  playbook_id: z.string(),
  playbook_name: z.string(),
  playbook_version: z.string(),
  incident_id: Id.nullable(),
  /** 'requested', 'running', 'succeeded', 'failed', 'cancelled', 'quarantined'. */
  status: z.string(),
  requested_at: Iso,
  started_at: Iso.nullable(),
  ended_at: Iso.nullable(),
  detail: z.string(),
  steps: z.array(WireStepExecution),
});
export type WireExecution = z.infer<typeof WireExecution>;

export const listExecutions = route({
  id: 'listExecutions',
  method: 'GET',
  path: '/v1/executions',
  permission: 'execution.read',
  summary: 'Runs of playbooks with their steps, newest first.',
  query: z.object({ ...pageQuery, incident_id: Id.optional(), status: z.string().max(40).optional() }),
  reply: page(WireExecution),
});

export const getExecution = route({
  id: 'getExecution',
  method: 'GET',
  path: '/v1/executions/:id',
  permission: 'execution.read',
  summary: 'One run of a playbook, step by step.',
  params: z.object({ id: Id }),
  reply: WireExecution,
});
