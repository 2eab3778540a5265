import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Tx } from '../db/index.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import { cutBatches, packBody } from './batch-body.ts';
import { infoOf, internalSourceId, type SourceSet } from './source-set.ts';
import { commitBatches, reserveBatchIds, type NewBatch } from './store/commit-batches.ts';
import { ensurePartition } from './store/partitions.ts';

/** Something that Firebreak itself has to say: an ECS record, for the tenant and site that it is about. */
export interface OwnEvent {
  tenantId: string;
  siteId: string;
  isDemonstration: boolean;
  /** What is told beside the time and `event.module`. */
  record: Readonly<Record<string, unknown>> & { event: { dataset: string; action: string } };
}

export interface OwnEvents {
  /**
   * Keeps the events as ones of the built-in source `firebreak`, in the caller's transaction: what happened and that it was
   * told are one commit. Wake 'batches' after it.
   */
  tell(tx: Tx, events: readonly OwnEvent[]): Promise<void>;
}

export function createOwnEvents(house: { clock: Clock; sources: SourceSet; contentVersion: () => string }): OwnEvents {
  const { clock } = house;
  return {
    async tell(tx, events) {
      if (events.length === 0) return;
      const now = clock.now();
      const own = infoOf(
        await house.sources.add({ kind: 'internal', name: 'firebreak', format: 'json' }, internalSourceId),
      );
      await ensurePartition(tx, now);
      const rows: Omit<NewBatch, 'id'>[] = [];
      for (const group of Map.groupBy(events, placeOf).values()) {
        const source = sourceOf(own, group[0]);
        for (const batch of cutBatches(group.map((event) => rawEventOf(event, now)))) {
          const { body, bytes, eventCount } = packBody(batch);
          const contentVersion = house.contentVersion();
          rows.push({ receivedAt: new Date(now), source, contentVersion, eventCount, body, bodyBytes: bytes });
        }
      }
      const ids = await reserveBatchIds(tx);
      await commitBatches(
        tx,
        rows.slice(0, ids.length).map((row, index) => ({ ...row, id: ids[index] ?? 0 })),
        [],
      );
    },
  };
}

function placeOf({ tenantId, siteId, isDemonstration }: OwnEvent): string {
  return JSON.stringify([tenantId, siteId, isDemonstration]);
}

function sourceOf(own: SourceInfo, event: OwnEvent | undefined): SourceInfo {
  if (!event) return own;
  return { ...own, tenant_id: event.tenantId, site_id: event.siteId, is_demonstration: event.isDemonstration };
}

function rawEventOf({ record }: OwnEvent, now: number): RawEvent {
  const whole = {
    '@timestamp': new Date(now).toISOString(),
    ...record,
    event: { module: 'firebreak', ...record.event },
  };
  return { uid: newId('event', now), raw_data: JSON.stringify(whole), received_at: now };
}
