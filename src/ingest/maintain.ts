import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../db/index.ts';
import { dropPartition, ensurePartition, settledPartitions } from './store/partitions.ts';
import { deleteReceipts } from './store/receipts.ts';

const dayMs = 86_400_000;

/**
 * Makes the partitions of today and the next two days, drops those that are older than `keepDays` and settled by every
 * consumer, and forgets receipts of keyed requests after a day. Safe to run anywhere, any time.
 */
export async function maintainBatches(
  house: { db: Database; clock: Clock; log: Log },
  keepDays: number,
): Promise<void> {
  const { db, clock, log } = house;
  const now = clock.now();
  for (const ahead of [0, 1, 2]) await db.transaction((tx) => ensurePartition(tx, now + ahead * dayMs));
  await deleteReceipts(db.read, new Date(now - dayMs));
  for (const name of await settledPartitions(db.read, new Date(now - keepDays * dayMs))) {
    try {
      await db.transaction((tx) => dropPartition(tx, name));
      log.info({ partition: name }, 'A day of processed batches was dropped.');
    } catch (error) {
      log.info({ partition: name, error: messageOf(error) }, 'A day of batches is in use and will be dropped later.');
    }
  }
}
