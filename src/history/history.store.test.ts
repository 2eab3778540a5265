import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeClock, systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { SourceInfo } from '../schema/event.ts';
import { infoOf, waitingBatches } from '../ingest/index.ts';
import { testIngest, type TestIngest } from '../../test/ingest.ts';
import { until } from '../../test/until.ts';
import { createHistoryChild, HistorySettings, openHistory } from './index.ts';
import { archivePaths, liveArchives } from './store.ts';

let house: TestIngest;
let source: SourceInfo;
let dir: string;
let sent = 0;
beforeAll(async () => {
  house = await testIngest();
  dir = join(house.dir, 'history');
  source = infoOf(await house.ingest.sources.add({ kind: 'http', name: 'web', format: 'json' }));
});

const settings = () => HistorySettings.parse({ database_url: house.db.url, dir });
const open = (clock = systemClock) => openHistory({ db: house.db, clock, log: silentLog, settings: settings() });
const all = { from: 0, to: Date.now() + 86_400_000 };

/** Accepts events in batches of their own. */
async function send(batches: number): Promise<void> {
  for (let index = 0; index < batches; index += 1) {
    sent += 1;
    const raw = `event ${sent} It's 100% naïve "quoted"`;
    await house.ingest.accept(source, [{ uid: String(sent), raw_data: raw, received_at: Date.now() }]);
  }
}

/** Every uid in the live files of the manifest; fails on a file that is not what the manifest says. */
async function uids(): Promise<string[]> {
  for (const archive of await liveArchives(house.db.read)) {
    const bytes = readFileSync(join(dir, archive.path));
    expect(bytes.length).toBe(archive.byte_count);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(archive.sha256);
  }
  const work = await open();
  const found = await work.search({ ...all, limit: 1_000 });
  await work.close();
  return found.events.map((event) => event.uid);
}
const everyUid = () => Array.from({ length: sent }, (_, index) => String(index + 1)).toSorted();
const waiting = async () => (await waitingBatches(house.db.read, 'history')).batches;

describe('the history', () => {
  it('moves what waits into files and finds it again', async () => {
    await send(3);
    const work = await open();
    await work.archive();
    expect(await waiting()).toBe(0);
    expect((await liveArchives(house.db.read)).map((archive) => archive.row_count)).toEqual([3]);
    await send(1);
    const found = await work.search({ ...all, text: "IT'S 100% NAÏVE", source_id: source.source_id, limit: 2 });
    expect(found.isCut).toBe(true);
    expect(found.events.map((event) => event.uid)).toEqual(['4', '3']);
    expect(found.events[0]?.raw_data).toBe(`event 4 It's 100% naïve "quoted"`);
    expect((await work.search({ ...all, text: '100_' })).events).toEqual([]);
    expect((await work.search({ ...all, source_id: `x' or '1'='1` })).events).toEqual([]);
    expect((await work.search({ from: 0, to: 1_000 })).events).toEqual([]);
    await work.close();
  });

  it.each(['written', 'renamed', 'inserted', 'committed'])(
    'loses and doubles nothing when it is killed once %s',
    async (place) => {
      await send(5);
      const run = spawnSync(process.execPath, [resolve('test/history-crash.ts'), house.db.url, dir, place]);
      expect(run.signal).toBe('SIGKILL');
      await until(async () => place === 'committed' || (await waiting()) === 5);
      expect((await uids()).toSorted()).toEqual(everyUid());
      expect(await waiting()).toBe(0);
    },
    30_000,
  );

  it('joins small files of a day and unlinks them later', async () => {
    const work = await open();
    while ((await liveArchives(house.db.read)).length < 8) {
      await send(1);
      await work.search(all);
    }
    const before = (await liveArchives(house.db.read)).map((archive) => archive.path);
    await work.archive();
    await work.close();
    const after = await liveArchives(house.db.read);
    expect(after.length).toBe(1);
    expect((await uids()).toSorted()).toEqual(everyUid());
    expect(before.every((path) => existsSync(join(dir, path)))).toBe(true);
    const clock = fakeClock(Date.now() + 700_000);
    const later = await open(clock);
    await later.archive();
    await later.close();
    expect(before.some((path) => existsSync(join(dir, path)))).toBe(false);
    expect((await uids()).toSorted()).toEqual(everyUid());
  });

  it('sweeps files that no manifest names, and only those, once they are old', async () => {
    const day = join(dir, 'day=2026-01-01');
    mkdirSync(day, { recursive: true });
    for (const name of ['a.parquet', 'b.parquet.tmp', 'young.parquet']) writeFileSync(join(day, name), 'x');
    const old = new Date(Date.now() - 7_200_000);
    for (const name of ['a.parquet', 'b.parquet.tmp']) utimesSync(join(day, name), old, old);
    const named = [...(await archivePaths(house.db.read))];
    for (const path of named) if (existsSync(join(dir, path))) utimesSync(join(dir, path), old, old);
    const work = await open();
    await work.archive();
    await work.close();
    expect(readdirSync(day)).toEqual(['young.parquet']);
    expect((await uids()).toSorted()).toEqual(everyUid());
  });

  it('forgets what is past its age', async () => {
    const clock = fakeClock(Date.now() + 91 * 86_400_000);
    const work = await open(clock);
    await work.archive();
    expect((await work.search(all)).events).toEqual([]);
    await work.close();
    sent = 0;
  });
});

describe('the history process', () => {
  it('starts when asked, answers, and leaves when idle', async () => {
    await house.db.pool.query('delete from archives');
    await send(2);
    const child = createHistoryChild({
      main: resolve('src/server/history-main.ts'),
      settings: { database_url: house.db.url, dir, idle_ms: 200 },
      log: silentLog,
    });
    expect((await child.searchHistory(all)).events.map((event) => event.uid)).toEqual(['2', '1']);
    expect(child.pid()).toBeDefined();
    await until(() => child.pid() === undefined);
    await send(1);
    child.archive();
    await until(async () => (await waiting()) === 0);
    const asked = child.searchHistory(all);
    process.kill(child.pid() ?? 0, 'SIGKILL');
    await expect(asked).rejects.toMatchObject({ code: 'HISTORY.CHILD_ENDED' });
    expect((await child.searchHistory(all)).events.length).toBe(3);
    await child.stop();
  }, 30_000);
});
