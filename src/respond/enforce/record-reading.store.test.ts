import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { findingOf, fire, subject } from '../../../test/findings.ts';
import { fakeClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createTriage, listIncidents } from '../../triage/index.ts';
import { createContainments } from '../contain/create-containments.ts';
import { takePoint } from '../store/enforcements.ts';
import { denyRequest, testSettings } from '../test-respond.ts';
import { recordChange } from './record-answers.ts';
import { recordReading } from './record-reading.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-reading-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const containments = createContainments(testSettings(db, join(dir, 'STOP'), { clock }), () => {});
const point = {
  id: 'nftables@test',
  tenantId: 'default',
  siteId: 'default',
  host: 'test',
  kind: 'nftables',
  level: 'read_back',
  isDemonstration: false,
} as const;
await takePoint(db.read, point, 'test', new Date(clock.now()));

const [calm, loud] = ['203.0.113.31', '203.0.113.32'];
let areAlive = false;
const told: string[] = [];
const asked: string[][] = [];

/** One incident of two actors, seen by two sources. */
async function attack(): Promise<string> {
  await fire(db, [
    findingOf('both', clock.now(), [subject('ip', 'actor', calm), subject('ip', 'actor', loud)], {
      source_ids: ['source--a', 'source--b'],
    }),
  ]);
  await triage();
  const { incidents } = await listIncidents(db.read, { limit: 1 });
  return incidents[0]?.id ?? expect.unreachable();
}

async function triage(): Promise<void> {
  const stage = createTriage({ db, clock, log: silentLog });
  while (await stage.turn());
}

async function read(): Promise<void> {
  await db.transaction((tx) =>
    recordReading(
      tx,
      point,
      [calm, loud].map((target) => ({ target, droppedPackets: 0 })),
      {
        nowMs: clock.now(),
        isStopped: false,
        countsAsDrift: true,
        witness: {
          areAlive: async (_tx, ids) => {
            asked.push([...ids].sort());
            return areAlive;
          },
          tellIneffective: async (_tx, { target }) => void told.push(target),
        },
      },
    ),
  );
}

const effective = async (target: string) =>
  (await containments.list(db.read, { tenantId: 'default', target, limit: 1 }))[0]?.verification.effective;

it('counts silence only while the sources live, and tells of the one address that goes on', async () => {
  const incidentId = await attack();
  for (const target of [calm, loud]) await containments.request(denyRequest(target, { incidentId }));
  await db.transaction((tx) =>
    recordChange(
      tx,
      point,
      {
        denied: [calm, loud],
        released: [],
        answer: { type: 'done', held: [{ target: calm }, { target: loud }], heldBack: [] },
      },
      clock.now(),
    ),
  );
  clock.advance(11_000);
  await read();
  expect(await effective(calm)).toBe('pending');
  expect(asked[0]).toEqual(['source--a', 'source--b']);
  await fire(db, [findingOf('on', clock.now(), [subject('ip', 'actor', loud)])]);
  await triage();
  areAlive = true;
  await read();
  expect(await effective(calm)).toBe('silent');
  expect(await effective(loud)).toBe('no');
  expect(told).toEqual([loud]);
  await read();
  expect(told).toEqual([loud]);
});
