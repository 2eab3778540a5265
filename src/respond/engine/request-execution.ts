import type { Tx } from '../../db/index.ts';
import type { LoadedPlaybook } from '../playbook/playbook.ts';
import type { ExecutionInputs } from './execution.ts';
import { insertExecution, insertRequest } from './store/executions.ts';

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

/**
 * Asks for a run in the deciding transaction: it exists exactly if that commits. Wake 'executions' afterwards.
 * Gives false when this run was asked for before.
 */
export async function insertExecutionRequest(tx: Tx, request: ExecutionRequest): Promise<boolean> {
  if (!(await insertExecution(tx, request))) return false;
  await insertRequest(tx, {
    executionId: request.executionId,
    kind: 'start',
    key: '',
    body: request.delayMs ? { delay_ms: request.delayMs } : {},
  });
  return true;
}
