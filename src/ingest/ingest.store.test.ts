import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { testIngest, type TestIngest } from '../../test/ingest.ts';
import { claimBatches, createIngest, infoOf, internalSourceId, settleBatches, waitingBatches } from './index.ts';

let house: TestIngest;
beforeAll(async () => {
  house = await testIngest();
});

const day = 86_400_000;
const partitions = async () => {
  const { rows } = await house.db.pool.query(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'event_batches'::regclass order by 1`,
  );
  return rows.map((row: { name: string }) => row.name.replace('event_batches_', ''));
};

describe('replay', () => {
  it('feeds plain and packed files to their end', async () => {
    const text = Array.from({ length: 2_500 }, (_, index) => `line ${index}\n`).join('') + 'no newline';
    const files = { 'a.log': text, 'a.log.gz': gzipSync(text), 'a.log.zst': zstdCompressSync(text) };
    for (const [name, content] of Object.entries(files)) {
      const path = join(house.dir, name);
      writeFileSync(path, content);
      const { id } = await house.ingest.sources.add({ kind: 'replay', name });
      const seen: number[] = [];
      const end = await house.ingest.replay(id, path, { onProgress: (progress) => seen.push(progress.events) });
      expect(end).toMatchObject({ events: 2_501, readBytes: end.totalBytes });
      expect(seen).toEqual([1_000, 2_000, 2_501]);
      expect((await house.lines(id)).join('\n')).toBe(text);
      expect((await house.ingest.sources.byId(id))?.state).toBe('ended');
    }
  });

  it('keeps what stands before the damage of a torn archive, and says so', async () => {
    const path = join(house.dir, 'torn.gz');
    writeFileSync(path, gzipSync('a line\n'.repeat(50_000)).subarray(0, -30));
    const { id } = await house.ingest.sources.add({ kind: 'replay', name: 'torn' });
    await expect(house.ingest.replay(id, path)).rejects.toMatchObject({ code: 'INGEST.REPLAY_CORRUPT' });
    expect((await house.lines(id)).length).toBeGreaterThan(0);
    await expect(house.ingest.replay(id, join(house.dir, 'none'))).rejects.toMatchObject({
      code: 'INGEST.FILE_MISSING',
    });
  });
});

describe('a source that goes quiet', () => {
  it('is told once when it does and once when it comes back', async () => {
    const clock = fakeClock(Date.now());
    let ingest = createIngest({ db: house.db, clock, log: silentLog });
    mkdirSync(join(house.dir, 'quiet'));
    const path = join(house.dir, 'quiet', 'app.log');
    const source = await ingest.sources.add({ kind: 'file', name: 'office', path, quiet_after_s: 60 });
    await ingest.startSource(source.id);
    const actions = async () =>
      (await house.lines(internalSourceId)).map((line) => JSON.parse(line).event.action as string);
    await ingest.quietTurn();
    expect(await actions()).toEqual([]);
    clock.advance(61_000);
    await Promise.all([ingest.quietTurn(), ingest.quietTurn()]);
    await ingest.quietTurn();
    expect(await actions()).toEqual(['source_quiet']);
    // A restart neither ends the silence nor tells it again.
    await ingest.stopAll();
    ingest = createIngest({ db: house.db, clock, log: silentLog });
    await ingest.startAll();
    clock.advance(1_000);
    await ingest.quietTurn();
    clock.advance(61_000);
    await ingest.quietTurn();
    expect(await actions()).toEqual(['source_quiet']);
    await ingest.accept(infoOf(source), [{ uid: 'x', raw_data: 'again', received_at: clock.now() }]);
    await ingest.quietTurn();
    await ingest.quietTurn();
    expect(await actions()).toEqual(['source_quiet', 'source_returned']);
    await ingest.stopAll();
  });
});

describe('maintenance', () => {
  it('drops days that are old and settled by everybody, and no others', async () => {
    const clock = fakeClock(Date.UTC(2030, 0, 1, 12));
    const ingest = createIngest({ db: house.db, clock, log: silentLog, keepDays: 3 });
    const source = infoOf(await ingest.sources.add({ kind: 'http', name: 'old' }));
    for (let index = 0; index < 2; index += 1) {
      await ingest.accept(source, [{ uid: `${index}`, raw_data: 'x', received_at: clock.now() }]);
      clock.advance(day);
    }
    const settle = async (consumer: 'detect' | 'history', receivedBefore: Date) =>
      house.db.transaction(async (tx) => {
        const batches = await claimBatches(tx, consumer, 1_000);
        const ids = batches.filter((batch) => batch.received_at < receivedBefore).map((batch) => batch.id);
        await settleBatches(tx, consumer, ids);
      });
    clock.advance(10 * day);
    await settle('detect', new Date('2030-01-03'));
    await settle('history', new Date('2030-01-02'));
    await ingest.maintainTurn();
    const names = await partitions();
    expect(names).not.toContain('20300101');
    expect(names).toContain('20300102');
    expect(names).toEqual(expect.arrayContaining(['20300113', '20300114', '20300115']));
    expect((await waitingBatches(house.db.read, 'history')).batches).toBe(1);
    await ingest.stopAll();
  });
});
