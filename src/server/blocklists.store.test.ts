import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createContainments, createPulledLists, loadPolicies, unaidedSettings } from '../respond/index.ts';
import { createBlocklists } from './blocklists.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-lists-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const log = silentLog;
const containments = createContainments(
  unaidedSettings({
    db,
    clock,
    log,
    policies: loadPolicies([join(import.meta.dirname, '../../content/policies')]),
    stopFile: join(dir, 'STOP'),
  }),
  () => {},
);
const deny = (target: string, isDemonstration = false) =>
  containments.request({
    tenantId: 'default',
    siteId: 'default',
    kind: target.includes('/') ? 'deny-range' : 'deny-address',
    target,
    requestedBy: 'user--1',
    severityId: 0,
    durationS: 600,
    reason: 'a test',
    isDemonstration,
  });
const lists = createPulledLists({ db, clock });
const blocklists = createBlocklists({ lists, dir, clock, log });
const away = createBlocklists({
  lists: { entries: () => Promise.reject(new Error('the database is away')), pulled: async () => {} },
  dir,
  clock,
  log,
});

it('is unknown rather than empty while the database is away and nothing was ever known', async () => {
  await expect(away.blocklist('denied', 'default')).rejects.toMatchObject({ code: 'BLOCKLIST.AWAY', kind: 'busy' });
});

it('lists what is denied, and a pull puts it in force there', async () => {
  expect(await blocklists.blocklist('denied', 'default')).toMatchObject({ text: '' });
  const { containment } = await deny('203.0.113.9');
  await deny('2a00:1450:4001:830::200e');
  await deny('203.0.113.77', true);
  const list = await blocklists.blocklist('denied', 'default', 'token--1');
  expect(list?.text).toBe('203.0.113.9\n2a00:1450:4001:830::/64\n');
  expect((await blocklists.blocklist('denied-v4', 'default'))?.text).toBe('203.0.113.9\n');
  expect(await blocklists.blocklist('no-such-list', 'default')).toBeUndefined();
  expect(await containments.byId(db.read, containment.id)).toMatchObject({
    status: 'in_force',
    points: [{ point_id: 'blocklist:denied@token--1', state: 'applied' }],
  });
  await containments.release(containment.id, { actor: 'user--1', reason: 'enough' });
  expect((await blocklists.blocklist('denied-v4', 'default', 'token--1'))?.text).toBe('');
  await containments.turn();
  expect((await containments.byId(db.read, containment.id))?.status).toBe('released');
});

it('serves the last known good list while the database is away, without what is over since', async () => {
  await deny('203.0.113.10');
  const before = await blocklists.blocklist('denied-v4', 'default');
  expect(await away.blocklist('denied-v4', 'default')).toEqual(before);
  clock.advance(600_000);
  expect((await away.blocklist('denied-v4', 'default'))?.text).toBe('');
});
