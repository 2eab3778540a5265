import { afterAll, expect, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { until } from '../../test/until.ts';
import { silentLog } from '../base/log.ts';
import { createChannels, type Channel, type Channels } from './notify.ts';

const db = await testDatabase();
const here = another();
const there = another();

function another(): Channels {
  const channels = createChannels(db.url, silentLog);
  afterAll(() => channels.close());
  return channels;
}

function count(channels: Channels, channel: Channel): { wakes: number } {
  const seen = { wakes: 0 };
  channels.listen(channel, () => (seen.wakes += 1));
  return seen;
}

/** Wakes from `here` until the listener there hears it, so that both are connected. */
async function connected(channel: Channel, seen: { wakes: number }): Promise<void> {
  await until(() => {
    here.wake(channel);
    return seen.wakes > 1;
  });
}

test('a wake-up is heard at once here and soon in another process, on its channel only', async () => {
  const inside = count(here, 'findings');
  here.wake('findings');
  expect(inside.wakes).toBe(1);
  const outside = count(there, 'findings');
  const other = count(there, 'rules');
  await connected('findings', outside);
  const before = other.wakes;
  const heard = outside.wakes;
  here.wake('findings');
  await until(() => outside.wakes > heard);
  expect(other.wakes).toBe(before);
});

test('a thousand wake-ups become a few, and the last one is not lost', async () => {
  const seen = count(there, 'batches');
  await connected('batches', seen);
  const before = seen.wakes;
  for (let turn = 0; turn < 1_000; turn += 1) here.wake('batches');
  await until(() => seen.wakes > before);
  let quiet = seen.wakes;
  await until(async () => {
    const last = quiet;
    await db.pool.query('select pg_sleep(0.1)');
    quiet = seen.wakes;
    return quiet === last;
  });
  expect(seen.wakes - before).toBeLessThan(10);
});

test('listening goes on after its backend is killed, and every listener is woken once for what it may have missed', async () => {
  const seen = count(there, 'incidents');
  await connected('incidents', seen);
  const before = seen.wakes;
  await db.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'firebreak channels' and datname = current_database()",
  );
  await until(() => seen.wakes > before, { what: 'the wake-up after the reconnect' });
  const reconnected = seen.wakes;
  await until(() => {
    here.wake('incidents');
    return seen.wakes > reconnected;
  });
});

test('a listener that has left hears nothing, the others do', async () => {
  const channels = another();
  let left = 0;
  const leave = channels.listen('ledger', () => (left += 1));
  const stays = count(channels, 'ledger');
  channels.wake('ledger');
  leave();
  channels.wake('ledger');
  expect([left, stays.wakes]).toEqual([1, 2]);
});

test('what was woken just before the end is still heard elsewhere', async () => {
  const seen = count(there, 'sources');
  await connected('sources', seen);
  const before = seen.wakes;
  const brief = createChannels(db.url, silentLog);
  brief.wake('sources');
  await brief.close();
  await until(() => seen.wakes > before);
});

test('waking and listening while PostgreSQL is away does not throw', async () => {
  const channels = createChannels('postgresql://nobody@localhost/none?host=/nowhere', silentLog);
  let heard = 0;
  channels.listen('rules', () => (heard += 1));
  channels.wake('rules');
  expect(heard).toBe(1);
  await channels.close();
});
