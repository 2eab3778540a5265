import type { Database, Tx } from '../db/index.ts';
import type { NoteVerifier } from '../standards/tlog/index.ts';
import type { ExportedCheckpoint } from './exported-checkpoint.ts';
import { placedEntries } from './ledger-file.ts';
import { holdSnapshot, selectCheckpoints, selectFrontier, selectLeaves } from './store.ts';
import { verifyLedger, type LedgerReport } from './verify-ledger.ts';

/**
 * Verifies the ledger of a database against the checkpoints that left it. Without `exported` only those in the
 * database itself are used: that finds accidents, not somebody who holds both the database and the key. All of it is read in
 * one snapshot, since the sequencer goes on meanwhile; `exported` must have been read before.
 */
export async function verifyDatabase(
  db: Pick<Database, 'transaction'>,
  keys: readonly NoteVerifier[],
  exported?: readonly ExportedCheckpoint[],
): Promise<LedgerReport> {
  return db.transaction(async (tx) => {
    await holdSnapshot(tx);
    const { size } = await selectFrontier(tx);
    return verifyLedger({
      entries: placedEntries(tx),
      checkpoints: exported ?? (await own(tx)),
      keys,
      expectedSize: size,
    });
  });
}

async function own(tx: Tx): Promise<ExportedCheckpoint[]> {
  const checkpoints: ExportedCheckpoint[] = [];
  for (const checkpoint of await selectCheckpoints(tx)) {
    const leaves = await selectLeaves(tx, checkpoint.since, checkpoint.size);
    checkpoints.push({ ...checkpoint, leaves: Buffer.concat(leaves).toString('base64') });
  }
  return checkpoints;
}
