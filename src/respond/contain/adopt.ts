import type { Tx } from '../../db/index.ts';
import type { LedgerEntry } from '../../ledger/index.ts';
import { adoptContainments, type ContainmentStanding } from '../store/standings.ts';

/**
 * A run takes over what the fast path made for it. Idempotent: only the first adoption gives entries, which the caller
 * appends in the same transaction. What does not exist is left out.
 */
export async function adoptIn(
  tx: Tx,
  ids: readonly string[],
  executionId: string,
  nowMs: number,
): Promise<{ adopted: ContainmentStanding[]; entries: LedgerEntry[] }> {
  const adopted = await adoptContainments(tx, ids, executionId, new Date(nowMs));
  const entries = adopted
    .filter((containment) => containment.is_new)
    .map((containment) => ({
      tenant_id: containment.tenant_id,
      at: nowMs,
      kind: 'containment.adopted',
      actor: executionId,
      ...(containment.incident_id !== null && { incident_id: containment.incident_id }),
      subject: containment.id,
      summary: `The playbook took over ${containment.kind} ${containment.target}.`,
      body: { execution_id: executionId, status: containment.status },
    }));
  return { adopted, entries };
}
