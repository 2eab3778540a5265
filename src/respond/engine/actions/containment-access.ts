import type { Clock } from '../../../base/clock.ts';
import type { Database } from '../../../db/index.ts';
import { append } from '../../../ledger/index.ts';
import type { Containment } from '../../../schema/containment.ts';
import { releaseIn } from '../../contain/release.ts';
import { containmentById, markAdopted } from '../../store/containments.ts';

/** What playbook steps may do with containments. They decide nothing: that is behind them. */
export interface ContainmentAccess {
  /** Takes over what the fast path made. Idempotent; undefined: there is none. */
  adopt(containmentId: string, executionId: string): Promise<Containment | undefined>;
  byId(containmentId: string): Promise<Containment | undefined>;
  /** Begins the release; the process that drives the points carries it out. Idempotent. */
  release(containmentId: string, by: { actor: string; reason: string }): Promise<Containment | undefined>;
  /** Calls at every change of any containment, and gives the function that ends the calls. */
  onChange(listener: () => void): () => void;
}

/** Access from the engine process, which has the database but no enforcer and no policies. */
export function containmentAccess({ db, clock }: { db: Database; clock: Clock }): ContainmentAccess {
  return {
    byId: (id) => containmentById(db.read, id),
    adopt: (id, executionId) =>
      db.transaction(async (tx) => {
        const nowMs = clock.now();
        const adopted = await markAdopted(tx, id, executionId, new Date(nowMs));
        const containment = await containmentById(tx, id);
        if (adopted > 0 && containment)
          await append(tx, [
            {
              tenant_id: containment.tenant_id,
              at: nowMs,
              kind: 'containment.adopted',
              actor: executionId,
              ...(containment.incident_id !== null && { incident_id: containment.incident_id }),
              subject: id,
              summary: `The playbook took over ${containment.kind} ${containment.target}.`,
              body: { execution_id: executionId, status: containment.status },
            },
          ]);
        return containment;
      }),
    async release(id, by) {
      await db.transaction((tx) => releaseIn(tx, [id], by, clock.now()));
      db.channels.wake('containments');
      return containmentById(db.read, id);
    },
    onChange: (listener) => db.channels.listen('containments', listener),
  };
}
