import type { LedgerEntry } from '../../ledger/index.ts';
import type { Execution } from './execution.ts';

/**
 * A ledger entry about a run.
 * @param at epoch ms
 */
export function entryOf(
  execution: Execution,
  at: number,
  kind: string,
  summary: string,
  body: Record<string, unknown>,
): LedgerEntry {
  return {
    tenant_id: execution.tenant_id,
    at,
    kind,
    actor: execution.id,
    ...(execution.incident_id === null ? {} : { incident_id: execution.incident_id }),
    subject: execution.id,
    summary,
    body: { playbook_id: execution.playbook_id, playbook_version: execution.playbook_version, ...body },
  };
}
