import { expect, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { until } from '../../test/until.ts';
import { withAdvisoryLock } from './advisory-lock.ts';

const db = await testDatabase();

test('work under one key never overlaps, under two keys it does', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await db.pool.query('select pg_sleep(0.01)');
    inside -= 1;
  };
  await Promise.all([1, 2, 3, 4].map(() => withAdvisoryLock(db, 'same', work)));
  expect(most).toBe(1);
  await Promise.all([1, 2, 3].map((key) => withAdvisoryLock(db, `other ${key}`, work)));
  expect(most).toBeGreaterThan(1);
});

test('waiting ends with DB.LOCK_WAIT, and the lock is free after work that throws', async () => {
  let leave = () => {};
  const held = withAdvisoryLock(db, 'busy', () => new Promise<void>((done) => (leave = done)));
  await until(async () => {
    const { rows } = await db.pool.query("select from pg_locks where locktype = 'advisory' and granted");
    return rows.length > 0;
  });
  const refused = withAdvisoryLock(db, 'busy', async () => 1, { timeoutMs: 100 });
  await expect(refused).rejects.toMatchObject({ code: 'DB.LOCK_WAIT', kind: 'busy' });
  leave();
  await held;
  await expect(withAdvisoryLock(db, 'busy', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(await withAdvisoryLock(db, 'busy', async () => 2, { timeoutMs: 0 })).toBe(2);
});
