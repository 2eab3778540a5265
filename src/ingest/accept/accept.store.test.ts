import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { RawEvent, SourceInfo } from '../../schema/event.ts';
import { testDatabase, type TestDatabase } from '../../../test/database.ts';
import { claimBatches, createIngest, infoOf, settleBatches, type Ingest } from '../index.ts';

let db: TestDatabase;
let ingest: Ingest;
let source: SourceInfo;

const event = (uid: string, raw = `line ${uid}`): RawEvent => ({ uid, raw_data: raw, received_at: 1_700_000_000_000 });

beforeAll(async () => {
  db = await testDatabase();
  ingest = createIngest({ db, clock: systemClock, log: silentLog, contentVersion: () => 'test 1' });
  source = infoOf(await ingest.sources.add({ kind: 'http', name: 'web', format: 'json' }));
  return () => ingest.stopAll();
});

describe('accept', () => {
  it('gives every consumer the events as they came, once', async () => {
    await ingest.accept(source, [event('a', 'plain'), event('b', 'naïve \u2028 "quoted"\\n')]);
    for (const consumer of ['detect', 'history'] as const) {
      const events = await db.transaction(async (tx) => {
        const batches = await claimBatches(tx, consumer, 10);
        expect(batches.map((batch) => batch.content_version)).toEqual(['test 1']);
        expect(batches[0]?.source).toEqual(source);
        await settleBatches(
          tx,
          consumer,
          batches.map((batch) => batch.id),
        );
        return batches.flatMap((batch) => batch.events());
      });
      expect(events.map((one) => one.raw_data)).toEqual(['plain', 'naïve \u2028 "quoted"\\n']);
      expect(await db.transaction((tx) => claimBatches(tx, consumer, 10))).toEqual([]);
    }
    expect(await ingest.sources.byId(source.source_id)).toMatchObject({ event_count: 2 });
  });

  it('gathers what comes while a commit is under way into few batches, all kept', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => event(`m${index}`));
    await Promise.all(many.map((one) => ingest.accept(source, [one])));
    const batches = await db.transaction((tx) => claimBatches(tx, 'detect', 100));
    const uids = batches.flatMap((batch) => batch.events()).map((one) => one.uid);
    expect(new Set(uids).size).toBe(2_500);
    expect(uids.length).toBe(2_500);
    expect(batches.length).toBeLessThan(30);
    expect(Math.max(...batches.map((batch) => batch.event_count))).toBeLessThanOrEqual(1_000);
  });

  it('keeps a batch claimed by one transaction from another', async () => {
    await db.transaction(async (tx) => {
      const first = await claimBatches(tx, 'history', 1);
      const second = await db.transaction((other) => claimBatches(other, 'history', 1));
      expect(first.length).toBe(1);
      expect(second[0]?.id).not.toBe(first[0]?.id);
    });
  });
});
