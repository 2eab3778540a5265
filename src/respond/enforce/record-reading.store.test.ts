import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { findingOf, fire, subject } from '../../../test/findings.ts';
import { fakeClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { Tx } from '../../db/index.ts';
import { createTriage, listIncidents } from '../../triage/index.ts';
import { createContainments } from '../contain/create-containments.ts';
import { takePoint } from '../store/enforcements.ts';
import { denyRequest, testSettings, testPoint } from '../test-respond.ts';
import { recordChange } from './record-answers.ts';
import { recordReading, type Corrections } from './record-reading.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-reading-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const containments = createContainments(testSettings(db, join(dir, 'STOP'), { clock }), () => {});
await takePoint(db.read, testPoint, 'test', new Date(clock.now()));

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

async function read(targets: readonly string[] = [calm, loud], onTx = (tx: Tx): Tx => tx): Promise<Corrections> {
  return db.transaction((tx) =>
    recordReading(
      onTx(tx),
      testPoint,
      targets.map((target) => ({ target, droppedPackets: 0 })),
      {
        nowMs: clock.now(),
        isStopped: false,
        countsAsDrift: true,
        witness: {
          areAlive: async (_tx, questions) => {
            asked.push(...questions.map(({ sourceIds }) => [...sourceIds].sort()));
            return questions.map(() => areAlive);
          },
          tellIneffective: async (_tx, list) => void told.push(...list.map(({ target }) => target)),
        },
      },
    ),
  );
}

/** Asked for, and confirmed by the testPoint. */
async function denied(targets: readonly string[], incidentId: string): Promise<void> {
  for (const target of targets) await containments.request(denyRequest(target, { incidentId }));
  const held = targets.map((target) => ({ target }));
  const answer = { type: 'done', held, heldBack: [] } as const;
  await db.transaction((tx) => recordChange(tx, testPoint, { denied: targets, released: [], answer }, clock.now()));
}

/** The statements that pass. */
function counted(seen: string[]): (tx: Tx) => Tx {
  const keep = <Q extends { text: string }>(query: Q): Q => (seen.push(query.text.trim()), query);
  return (tx) => ({
    many: (row, query) => tx.many(row, keep(query)),
    one: (row, query) => tx.one(row, keep(query)),
    maybe: (row, query) => tx.maybe(row, keep(query)),
    run: (query) => tx.run(keep(query)),
  });
}

const effective = async (target: string) =>
  (await containments.list(db.read, { tenantId: 'default', target, limit: 1 }))[0]?.verification.effective;

it('counts silence only while the sources live, and tells of the one address that goes on', async () => {
  const incidentId = await attack();
  await denied([calm, loud], incidentId);
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

it('costs a reading as many statements for thirty watched denials as for one, and writes nothing without news', async () => {
  const incidentId = await attack();
  const targets = Array.from({ length: 30 }, (_, index) => `198.51.100.${index + 1}`);
  areAlive = false;
  // What the attack is news for is settled first.
  await read();
  const statements: string[][] = [];
  for (const part of [targets.slice(0, 1), targets.slice(1)]) {
    await denied(part, incidentId);
    const seen: string[] = [];
    const soFar = targets.slice(0, targets.indexOf(part.at(-1) ?? '') + 1);
    expect(await read([calm, loud, ...soFar], counted(seen))).toEqual({ deny: [], release: [], isVerifying: true });
    statements.push(seen);
  }
  expect(statements[1]).toHaveLength(statements[0]?.length ?? 0);
  for (const statement of statements.flat())
    expect(statement).toMatch(/^(?:select|with)\b(?![^]*\b(?:update|insert)\b)/);
});

it('tells the held that nobody wants, and puts back the missing once', async () => {
  const [gone, kept] = ['198.51.100.1', '198.51.100.2'];
  const rest = Array.from({ length: 28 }, (_, index) => `198.51.100.${index + 3}`);
  const first = await read([calm, loud, kept, ...rest, '192.0.2.99']);
  expect(first).toMatchObject({ deny: [{ target: gone }], release: ['192.0.2.99'] });
  const second = await read([calm, loud, kept, ...rest]);
  expect(second).toMatchObject({ deny: [], release: [] });
  expect((await containments.list(db.read, { tenantId: 'default', target: gone, limit: 1 }))[0]?.status).toBe(
    'awaiting_approval',
  );
});
