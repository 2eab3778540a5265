import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { insertContainment } from '../../../test/engine/containment.ts';
import { until } from '../../../test/until.ts';
import { silentLog } from '../../base/log.ts';
import { openDatabase, sql, type Database } from '../../db/index.ts';
import type { ContainmentStanding } from '../store/standings.ts';
import { createContainmentWatch } from './containment-watch.ts';

const db = await testDatabase();
const ids = Array.from({ length: 30 }, (_, index) => `containment--${index}`);
const never = new AbortController().signal;
const isInForce = (found: readonly ContainmentStanding[]) => found.every(({ status }) => status === 'in_force');

let readings = 0;
let isAway = false;
/** The same database, counting what is read. */
const counted: Database = {
  ...db,
  read: {
    ...db.read,
    many: (row, query) => {
      readings += 1;
      return isAway ? Promise.reject(new Error('away')) : db.read.many(row, query);
    },
  },
};

const setInForce = (which: readonly string[]) =>
  db.read.run(sql`update containments set status = 'in_force' where id = any(${[...which]}::text[])`);

beforeAll(async () => {
  for (const id of ids) await insertContainment(db, id, {});
});
beforeEach(async () => {
  await db.read.run(sql`update containments set status = 'ordered'`);
  readings = 0;
});

describe('many who wait for containments', () => {
  it('cost one reading for many wake-ups, and only those end whose containment changed', async () => {
    const watch = createContainmentWatch(counted, silentLog);
    const over: string[] = [];
    const all = ids.map((id) => watch.waitFor([id], isInForce, never).then(() => over.push(id)));
    await until(() => readings >= 1);
    await setInForce(ids.slice(0, 2));
    readings = 0;
    for (let wake = 0; wake < 50; wake += 1) db.channels.wake('containments');
    await until(() => over.length === 2);
    expect(over.sort()).toEqual(ids.slice(0, 2));
    expect(readings).toBeLessThanOrEqual(2);
    await setInForce(ids);
    db.channels.wake('containments');
    await Promise.all(all);
    expect(readings).toBeLessThanOrEqual(3);
  });

  it('are told of a change in another process at once, and without a wake-up at the next poll', async () => {
    const elsewhere = openDatabase({ url: db.url, log: silentLog, max: 1 });
    const watch = createContainmentWatch(counted, silentLog);
    const woken = watch.waitFor(ids.slice(0, 1), isInForce, never);
    await until(() => readings >= 1);
    // The listening of this process has begun when its own connection for wake-ups answers.
    let isHeard = false;
    const end = db.channels.listen('containments', () => (isHeard = true));
    await until(() => {
      elsewhere.channels.wake('containments');
      return isHeard;
    });
    end();
    await setInForce(ids.slice(0, 1));
    elsewhere.channels.wake('containments');
    expect(await woken).toMatchObject([{ id: ids[0], status: 'in_force' }]);
    const polled = watch.waitFor(ids.slice(1, 2), isInForce, never);
    await setInForce(ids.slice(1, 2));
    expect(await polled).toMatchObject([{ id: ids[1] }]);
    await elsewhere.close();
  });

  it('read nothing when nobody waits any more', async () => {
    const watch = createContainmentWatch(counted, silentLog);
    const stop = new AbortController();
    const waiting = watch.waitFor(ids, isInForce, stop.signal);
    await until(() => readings >= 1);
    stop.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await expect(watch.waitFor(ids, isInForce, stop.signal)).rejects.toThrow('cancelled');
    db.channels.wake('containments');
    readings = 0;
    // Another has polled twice meanwhile.
    let asked = 0;
    await createContainmentWatch(db, silentLog).waitFor(ids, () => (asked += 1) > 2, never);
    expect(readings).toBe(0);
    // And begin again.
    await setInForce(ids);
    expect(await watch.waitFor(ids, isInForce, never)).toHaveLength(ids.length);
  });

  it('are told when the reading fails, and may ask again', async () => {
    const watch = createContainmentWatch(counted, silentLog);
    isAway = true;
    const both = [watch.waitFor(ids, isInForce, never), watch.waitFor([], () => false, never)];
    for (const one of await Promise.allSettled(both)) expect(one).toMatchObject({ status: 'rejected' });
    isAway = false;
    await setInForce(ids);
    expect(await watch.waitFor([...ids, 'containment--none'], isInForce, never)).toHaveLength(ids.length);
  });

  it('who wait for nothing end without a reading', async () => {
    expect(await createContainmentWatch(counted, silentLog).waitFor([], isInForce, never)).toEqual([]);
    expect(readings).toBe(0);
  });

  it('learn why one was refused', async () => {
    const decision = [
      { check: 'role', outcome: 'pass', reason: 'It attacked.' },
      { check: 'protected', outcome: 'forbid', reason: 'It is protected.' },
    ];
    await insertContainment(db, 'containment--refused', { status: 'refused', decision });
    const [found] = await createContainmentWatch(counted, silentLog).waitFor(
      ['containment--refused'],
      () => true,
      never,
    );
    expect(found?.refusal).toBe('It is protected.');
  });
});
