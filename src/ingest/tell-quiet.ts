import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Database } from '../db/index.ts';
import type { RawEvent } from '../schema/event.ts';
import { cutBatches, packBody } from './batch-body.ts';
import { infoOf, internalSourceId, type SourceSet } from './source-set.ts';
import { commitBatches, reserveBatchIds } from './store/commit-batches.ts';
import { ensurePartition } from './store/partitions.ts';
import { turnQuiet, type TurnedSource } from './store/sources.ts';

/**
 * Notes which running sources went quiet or came back, and says so as events of the built-in source `firebreak`, in the
 * same transaction: each transition is told once. content/rules/source_quiet.yml makes findings of them.
 */
export async function tellQuiet(house: {
  db: Database;
  clock: Clock;
  sources: SourceSet;
  contentVersion: () => string;
}): Promise<void> {
  const { db, clock } = house;
  const now = clock.now();
  const receivedAt = new Date(now);
  const own = infoOf(
    await house.sources.add({ kind: 'internal', name: 'firebreak', format: 'json' }, internalSourceId),
  );
  const ids = await reserveBatchIds(db.read);
  const told = await db.transaction(async (tx) => {
    const turned = await turnQuiet(tx, receivedAt);
    if (turned.length === 0) return false;
    await ensurePartition(tx, now);
    const batches = cutBatches(turned.map((source) => eventOf(source, now)));
    const rows = batches.slice(0, ids.length).map((events, index) => {
      const { body, bytes, eventCount } = packBody(events);
      const id = ids[index] ?? 0;
      return {
        id,
        receivedAt,
        source: own,
        contentVersion: house.contentVersion(),
        eventCount,
        body,
        bodyBytes: bytes,
      };
    });
    await commitBatches(tx, rows, []);
    return true;
  });
  if (told) db.channels.wake('batches');
}

function eventOf(source: TurnedSource, now: number): RawEvent {
  const action = source.is_quiet ? 'source_quiet' : 'source_returned';
  const record = {
    '@timestamp': new Date(now).toISOString(),
    event: { module: 'firebreak', dataset: 'firebreak.ingest', action },
    source_id: source.id,
    source_name: source.name,
    last_received_at: source.last_received_at?.toISOString() ?? null,
    quiet_after_s: source.quiet_after_s,
  };
  return { uid: newId('event', now), raw_data: JSON.stringify(record), received_at: now };
}
