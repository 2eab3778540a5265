import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { FirebreakError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { migrate, openDatabase, startEmbedded, type Database } from '../db/index.ts';
import { migrationsDir } from '../../test/database.ts';
import { testIngest } from '../../test/ingest.ts';
import { until } from '../../test/until.ts';
import { claimBatches, createIngest, infoOf } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** False while there is no such process: the supervisor is starting the next one. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function keptLines(db: Database): Promise<string[]> {
  const batches = await db.transaction((tx) => claimBatches(tx, 'history', 100_000));
  return batches.flatMap((batch) => batch.events()).map((event) => event.raw_data);
}

describe('PostgreSQL killed under load', () => {
  it('loses and doubles nothing of a file, a TCP sender and keyed HTTP requests', async () => {
    const server = await startEmbedded({ dataDir: join(folder, 'pg'), log: silentLog });
    await migrate(server.url, { dir: migrationsDir, log: silentLog });
    const db = openDatabase({ url: server.url, log: silentLog, max: 4 });
    const ingest = createIngest({ db, clock: systemClock, log: silentLog });
    const path = join(folder, 'app.log');
    writeFileSync(path, '');
    const file = await ingest.sources.add({ kind: 'file', name: 'file', path, poll_ms: 100 });
    await ingest.startSource(file.id);
    const tcp = await ingest.sources.add({ kind: 'syslog-tcp', name: 'tcp', port: 0 });
    const { port = 0 } = await ingest.startSource(tcp.id);
    const http = infoOf(await ingest.sources.add({ kind: 'http', name: 'http' }));
    const sender = connect(port, '127.0.0.1');

    const expected: string[] = [];
    let refused = 0;
    async function send(line: string): Promise<void> {
      const receipt = { key: line, requestHash: '', answer: '' };
      for (;;) {
        try {
          await ingest.accept(http, [{ uid: line, raw_data: line, received_at: 1 }], { receipt });
          return;
        } catch (error) {
          if (!(error instanceof FirebreakError) || error.code !== 'INGEST.UNAVAILABLE') throw error;
          refused += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    }
    const sent: Promise<void>[] = [];
    for (let round = 0; round < 300; round += 1) {
      appendFileSync(path, `file ${round} a\nfile ${round} b\n`);
      sender.write(`tcp ${round} a\ntcp ${round} b\n`);
      sent.push(send(`http ${round}`));
      expected.push(`file ${round} a`, `file ${round} b`, `tcp ${round} a`, `tcp ${round} b`, `http ${round}`);
      if (round % 100 === 50) await until(() => kill(server.pid));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(sent);
    await until(async () => (await keptLines(db).catch(() => [])).length >= expected.length, { timeoutMs: 20_000 });
    sender.end();
    await ingest.stopAll();
    expect((await keptLines(db)).toSorted()).toEqual(expected.toSorted());
    expect(refused).toBeGreaterThan(0);
    await db.close();
    await server.stop();
  }, 60_000);
});

describe('an end between read and commit', () => {
  it('leaves the position where it was: the next start reads the lines again, once', async () => {
    const house = await testIngest();
    const path = join(house.dir, 'app.log');
    writeFileSync(path, '');
    const source = await house.ingest.sources.add({ kind: 'file', name: 'file', path });
    await house.ingest.startSource(source.id);
    appendFileSync(path, 'one\n');
    await until(async () => (await house.lines(source.id)).length === 1);
    const locker = await house.db.pool.connect();
    await locker.query('begin');
    await locker.query('lock table event_batches in access exclusive mode');
    appendFileSync(path, 'two\n');
    const waiting = () =>
      locker.query(`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    await until(async () => ((await waiting()).rowCount ?? 0) > 0, { what: 'the commit to hang' });
    const stopped = house.ingest.stopAll();
    await locker.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    await stopped;
    await locker.query('rollback');
    locker.release();
    expect(await house.lines(source.id)).toEqual(['one']);
    await (await house.restart()).startSource(source.id);
    await until(async () => (await house.lines(source.id)).length > 1);
    expect(await house.lines(source.id)).toEqual(['one', 'two']);
  });

  it('refuses a request whose commit hangs within seconds; its repeat by key counts once', async () => {
    const house = await testIngest();
    const source = infoOf(await house.ingest.sources.add({ kind: 'http', name: 'http' }));
    const locker = await house.db.pool.connect();
    const accept = (key: string) =>
      house.ingest.accept(source, [{ uid: key, raw_data: key, received_at: 1 }], {
        receipt: { key, requestHash: '', answer: '' },
      });
    await accept('first');
    await locker.query('begin');
    await locker.query('lock table event_batches in access exclusive mode');
    await expect(accept('hangs')).rejects.toMatchObject({ code: 'INGEST.UNAVAILABLE', kind: 'busy' });
    await expect(accept('later')).rejects.toMatchObject({ code: 'INGEST.UNAVAILABLE' });
    await locker.query('rollback');
    locker.release();
    await until(() => house.ingest.away() === undefined);
    expect((await accept('hangs')).outcome).toBe('repeated');
    expect((await accept('later')).outcome).toBe('accepted');
    expect(await house.lines(source.source_id)).toEqual(['first', 'hangs', 'later']);
  }, 30_000);
});
