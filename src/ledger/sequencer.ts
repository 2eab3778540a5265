import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Database, Tx } from '../db/index.ts';
import {
  appendLeaves,
  checkpointText,
  rootOf,
  signNote,
  type Frontier,
  type NoteSigner,
} from '../standards/tlog/index.ts';
import type { CheckpointExport } from './exported-checkpoint.ts';
import * as store from './store.ts';

export interface SequencerOptions {
  db: Database;
  clock: Clock;
  log: Log;
  key: NoteSigner;
  /** Where checkpoints go; one that fails is tried again at the next turn. */
  exportTo: CheckpointExport;
  /** A checkpoint is due when this long has passed since the last one and something was appended. */
  everyMs?: number;
  /** Or when this many entries were appended. */
  everyEntries?: number;
  /** Entries sequenced in one transaction. */
  batch?: number;
}

export interface Sequencer {
  /** Gives places to committed entries, makes the checkpoint that is due, and exports. True while there is more. */
  turn(): Promise<boolean>;
}

/**
 * One sequencer at a time in the whole cluster, held by an advisory lock of the transaction. An entry whose transaction
 * commits late simply gets a later place: there is no cursor that could pass it.
 */
export function createSequencer(options: SequencerOptions): Sequencer {
  const { db, clock, log, key } = options;
  const everyMs = options.everyMs ?? 10_000;
  const everyEntries = options.everyEntries ?? 10_000;
  const batch = options.batch ?? 2_000;

  /** How many entries got a place. */
  async function sequence(tx: Tx): Promise<number> {
    if (!(await store.takeSequencerLock(tx, 'sequence'))) return 0;
    const rows = await store.selectUnsequenced(tx, batch);
    const before = await readFrontier(tx);
    let frontier = before;
    if (rows.length > 0) {
      frontier = appendLeaves(
        before,
        rows.map((row) => row.leaf_hash),
      );
      await store.writeSeqs(
        tx,
        Number(before.size),
        rows.map((row) => row.id),
      );
      await store.writeFrontier(tx, Number(frontier.size), Buffer.concat([...frontier.hashes]));
    }
    const last = await store.latestCheckpoint(tx);
    const size = Number(frontier.size);
    const isDue = size - (last?.size ?? 0) >= everyEntries || clock.now() - (last?.at.getTime() ?? 0) >= everyMs;
    if (size > (last?.size ?? 0) && isDue) {
      const root = rootOf(frontier);
      const note = signNote(checkpointText({ origin: key.name, size: frontier.size, root }), key);
      await store.insertCheckpoint(tx, { size, root, atMs: clock.now(), note });
    }
    return rows.length;
  }

  async function exportDue(tx: Tx): Promise<void> {
    if (!(await store.takeSequencerLock(tx, 'export'))) return;
    for (const checkpoint of await store.selectUnexported(tx, 100)) {
      const leaves = await store.selectLeaves(tx, checkpoint.since, checkpoint.size);
      await options.exportTo({ ...checkpoint, leaves: Buffer.concat(leaves).toString('base64') });
      await store.writeExported(tx, checkpoint.size, clock.now());
    }
  }

  return {
    async turn() {
      const sequenced = await db.transaction(sequence);
      // Those who follow the ledger read on; a sequencer that listens too finds nothing more and rests.
      if (sequenced > 0) db.channels.wake('ledger');
      await db.transaction(exportDue).catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'A ledger checkpoint could not be exported; it is tried again.');
      });
      return sequenced === batch;
    },
  };
}

async function readFrontier(tx: Tx): Promise<Frontier> {
  const { size, hashes } = await store.selectFrontier(tx);
  return {
    size: BigInt(size),
    hashes: Array.from({ length: hashes.length / 32 }, (_, index) => hashes.subarray(index * 32, index * 32 + 32)),
  };
}
