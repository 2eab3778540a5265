import pg from 'pg';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../test/database.ts';
import { until } from '../../test/until.ts';
import { silentLog } from '../base/log.ts';
import { openDatabase } from './database.ts';
import { ChangedMeanwhile, retryConflicts } from './retry-conflicts.ts';
import { sql } from './sql.ts';
import type { Tx } from './statement.ts';
import { isUnavailable } from './unavailable.ts';

const db = await testDatabase({ max: 3 });
await db.read.run(sql`create table things (id bigint primary key, note text)`);
const thing = z.object({ id: z.number(), note: z.string().nullable() });

const add = (tx: Tx, id: number) => tx.run(sql`insert into things (id) values (${id})`);
const find = (id: number) => db.read.maybe(thing, sql`select * from things where id = ${id}`);
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a transaction commits when its work resolves and leaves nothing behind when it throws', async () => {
  await db.transaction((tx) => add(tx, 1));
  const stopped = db.transaction(async (tx) => {
    await add(tx, 2);
    throw new Error('stop');
  });
  await expect(stopped).rejects.toThrow('stop');
  expect(await find(1)).toEqual({ id: 1, note: null });
  expect(await find(2)).toBeUndefined();
});

test('a failed statement whose error is swallowed is not taken for a commit', async () => {
  const swallowed = db.transaction(async (tx) => {
    await add(tx, 3);
    await add(tx, 3).catch(() => {});
  });
  await expect(swallowed).rejects.toMatchObject({ code: 'DB.TRANSACTION_FAILED', kind: 'bug' });
  expect(await find(3)).toBeUndefined();
});

test('what travels with the commit is committed with it, and its failure is the failure of all', async () => {
  await db.transaction(async (tx) => tx.later(add(tx, 10)));
  expect(await find(10)).toEqual({ id: 10, note: null });
  const failed = db.transaction(async (tx) => {
    await add(tx, 11);
    tx.later(add(tx, 10));
    tx.later(add(tx, 12));
  });
  await expect(failed).rejects.toMatchObject({ code: '23505' });
  expect([await find(11), await find(12)]).toEqual([undefined, undefined]);
});

test('a statement that would follow the commit is refused loudly', async () => {
  const late = db.transaction(async (tx) => {
    tx.later(add(tx, 13).then(() => add(tx, 14)));
  });
  await expect(late).rejects.toMatchObject({
    code: 'DB.FAILED_AFTER_COMMIT',
    cause: { code: 'DB.TRANSACTION_ENDED' },
  });
  expect(await find(14)).toBeUndefined();
});

test('a look at an answer after the commit is no conflict that is tried again', async () => {
  let tries = 0;
  const late = retryConflicts(() =>
    db.transaction(async (tx) => {
      tries += 1;
      tx.later(
        add(tx, 15).then(() => {
          throw new ChangedMeanwhile();
        }),
      );
    }),
  );
  await expect(late).rejects.toMatchObject({ code: 'DB.FAILED_AFTER_COMMIT', kind: 'bug' });
  expect(tries).toBe(1);
  expect(await find(15)).toEqual({ id: 15, note: null });
});

test('what a statement of the commit finds changed rolls all of it back, and is tried again', async () => {
  let tries = 0;
  await retryConflicts(() =>
    db.transaction(async (tx) => {
      tries += 1;
      tx.later(add(tx, 16));
      tx.later(tx.run(sql`select unchanged(${tries === 2})`));
    }),
  );
  expect(tries).toBe(2);
  expect(await find(16)).toEqual({ id: 16, note: null });
});

test('a statement that fails at its first use works at its next, in the same session', async () => {
  const only = await testDatabase({ max: 1 });
  const insert = (id: number) => sql`insert into firsts_of_all (id) values (${id})`;
  await failure(only.read.run(insert(1)));
  await only.read.run(sql`create table firsts_of_all (id bigint primary key)`);
  expect(await only.read.run(insert(1))).toBe(1);
  await failure(only.transaction((tx) => Promise.all([tx.run(insert(2)), tx.run(insert(1)), tx.run(insert(3))])));
  expect(await only.read.run(insert(2))).toBe(1);
});

test('statements that travel together are carried out in their order', async () => {
  const [, , seen] = await db.transaction((tx) =>
    Promise.all([
      add(tx, 20),
      tx.run(sql`update things set note = 'second' where id = 20`),
      tx.maybe(thing, sql`select * from things where id = 20`),
    ]),
  );
  expect(seen).toEqual({ id: 20, note: 'second' });
});

test('a statement after the end of its transaction is refused instead of joining another', async () => {
  const escaped = await db.transaction(async (tx) => ({ tx }));
  await expect(add(escaped.tx, 4)).rejects.toMatchObject({ code: 'DB.TRANSACTION_ENDED' });
});

test('an error of ours keeps its SQLSTATE, is not unavailability and costs no session', async () => {
  const sessions = async () => (await db.pool.query('select pg_backend_pid() as pid')).rows;
  const before = await sessions();
  const error = await failure(add(db.read, 1));
  expect(error).toMatchObject({ code: '23505' });
  expect(isUnavailable(error)).toBe(false);
  expect(await sessions()).toEqual(before);
});

test('one and maybe tell how many rows there were', async () => {
  const none = db.read.one(thing, sql`select * from things where id = -1`);
  await expect(none).rejects.toMatchObject({ code: 'DB.NOT_ONE_ROW' });
  await db.transaction((tx) => add(tx, 5));
  await expect(db.read.maybe(thing, sql`select * from things`)).rejects.toMatchObject({ code: 'DB.NOT_ONE_ROW' });
});

test('a session that dies inside a transaction says unavailable, hurts nobody else, and the pool goes on', async () => {
  const error = await failure(
    db.transaction(async (tx) => {
      await add(tx, 6);
      const { pid } = await tx.one(z.object({ pid: z.number() }), sql`select pg_backend_pid() as pid`);
      await db.pool.query('select pg_terminate_backend($1)', [pid]);
      await until(async () => {
        const { rows } = await db.pool.query('select from pg_stat_activity where pid = $1', [pid]);
        return rows.length === 0;
      });
      await add(tx, 7);
    }),
  );
  expect(error).toMatchObject({ code: 'DB.UNREACHABLE', kind: 'busy' });
  expect(isUnavailable(error)).toBe(true);
  expect(isUnavailable(new Error('outer', { cause: error }))).toBe(true);
  expect(await find(6)).toBeUndefined();
});

test('a statement text keeps working when its table changes its columns', async () => {
  const all = () => db.read.many(z.looseObject({ id: z.number() }), sql`select * from changing`);
  await db.read.run(sql`create table changing (id bigint)`);
  await Promise.all([all(), all(), all()]);
  await db.read.run(sql`alter table changing add column more text`);
  // Sessions that had prepared the text fail once each and are replaced.
  for (let turn = 0; turn < 3; turn += 1) await failure(all());
  expect(await all()).toEqual([]);
});

test('every way of being away is unavailability; other errors are not', async () => {
  const urls = [
    'postgresql://x@localhost/x?host=/nowhere',
    'postgresql://x@127.0.0.1:1/x',
    'postgresql://x@no-such-host.invalid/x',
  ];
  for (const url of urls) {
    const away = openDatabase({ url, log: silentLog });
    const error = await failure(away.read.run(sql`select 1`));
    expect(error, url).toMatchObject({ code: 'DB.UNREACHABLE' });
    expect(isUnavailable(await failure(away.pool.query('select 1'))), url).toBe(true);
    await away.close();
  }
  expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(false);
  expect(isUnavailable(undefined)).toBe(false);
  const answer = Object.assign(new pg.DatabaseError('', 0, 'error'), { code: '57P03' });
  expect(isUnavailable(answer)).toBe(true);
});

test('a pool with all sessions in use says unavailable instead of waiting for ever', async () => {
  const small = openDatabase({ url: db.url, log: silentLog, max: 1 });
  let leave = () => {};
  const holding = small.transaction(() => new Promise<void>((done) => (leave = done)));
  expect(isUnavailable(await failure(small.read.run(sql`select 1`)))).toBe(true);
  leave();
  await holding;
  await small.close();
});
