import { expect, test } from 'vitest';
import { until } from '../../test/until.ts';
import { silentLog } from './log.ts';
import { startLoop } from './loop.ts';

test('it turns at once, again while there is more, and after each wake-up', async () => {
  let turns = 0;
  const loop = startLoop({ name: 'test', everyMs: 60_000, log: silentLog, turn: () => Promise.resolve(++turns < 3) });
  await until(() => turns === 3);
  loop.wake();
  await until(() => turns === 4);
  await loop.stop();
  loop.wake();
  expect(turns).toBe(4);
});

test('a wake-up during a turn is not lost', async () => {
  let turns = 0;
  let finish: (() => void) | undefined;
  const loop = startLoop({
    name: 'test',
    everyMs: 60_000,
    log: silentLog,
    turn: () => new Promise((resolve) => ((turns += 1), (finish = () => resolve(false)))),
  });
  await until(() => turns === 1);
  loop.wake();
  finish?.();
  await until(() => turns === 2);
  finish?.();
  await loop.stop();
});

test('wake-ups that come while it gathers are one turn', async () => {
  let turns = 0;
  const loop = startLoop({
    name: 'test',
    everyMs: 60_000,
    gatherMs: 100,
    log: silentLog,
    turn: () => Promise.resolve(++turns < 1),
  });
  await until(() => turns === 1);
  for (let count = 0; count < 20; count += 1) {
    loop.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(turns).toBe(1);
  await until(() => turns === 2);
  await loop.stop();
  expect(turns).toBe(2);
});

test('a turn that throws is tried again and stops nothing', async () => {
  let turns = 0;
  const loop = startLoop({
    name: 'test',
    everyMs: 60_000,
    log: silentLog,
    turn: () => (++turns < 3 ? Promise.reject(new Error('no')) : Promise.resolve(false)),
  });
  await until(() => turns === 3);
  await loop.stop();
});
