import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testIngest } from '../../test/ingest.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { infoOf } from '../ingest/index.ts';
import { HistorySettings, openHistory, readPast } from './index.ts';

const spillDir = mkdtempSync(join(tmpdir(), 'firebreak-past-'));
afterAll(() => rmSync(spillDir, { recursive: true, force: true }));

test('the past is read in the order of arrival, batch by batch, and the youngest files when it is too much', async () => {
  const house = await testIngest();
  const dir = join(house.dir, 'history');
  const source = infoOf(await house.ingest.sources.add({ kind: 'http', name: 'web', format: 'json' }));
  const settings = HistorySettings.parse({ database_url: house.db.url, dir });
  const now = Date.now();
  const history = await openHistory({ db: house.db, clock: fakeClock(now), log: silentLog, settings });
  const send = async (...uids: string[]) =>
    house.ingest.accept(
      source,
      uids.map((uid) => ({ uid, raw_data: `line ${uid}`, received_at: now })),
    );
  await send('b', 'a');
  await send('c');
  await history.archive();
  await send('d');
  await history.archive();
  await history.close();

  const read = async (query: { from: number; to: number; maxEvents: number }) => {
    const past = await readPast({ db: house.db, dir, spillDir }, query);
    const batches: string[][] = [];
    for await (const { events, source_id: id, format } of past.batches) {
      expect([id, format]).toEqual([source.source_id, 'json']);
      batches.push(events.map(({ uid }) => uid));
    }
    return { batches, isCut: past.isCut };
  };
  const all = { from: now - 60_000, to: now + 60_000 };
  expect(await read({ ...all, maxEvents: 100 })).toEqual({ batches: [['b', 'a'], ['c'], ['d']], isCut: false });
  expect((await read({ ...all, maxEvents: 3 })).isCut).toBe(true);
  expect(await read({ from: now + 30_000, to: now + 60_000, maxEvents: 100 })).toEqual({ batches: [], isCut: false });
});
