import type { Tx } from '../../db/index.ts';
import { insertRequest } from './store/executions.ts';

/** Asks for the end of a run. Wake 'executions' after the commit. */
export async function cancelExecution(tx: Tx, executionId: string): Promise<void> {
  await insertRequest(tx, { executionId, kind: 'cancel', key: '', body: {} });
}
