import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../../test/database.ts';
import { findingOf, fire, subject } from '../../../test/findings.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { sql } from '../../db/index.ts';
import { createPlaybooks, createStage, actionNames, loadPolicies, unaidedSettings } from '../../respond/index.ts';
import { createTriage } from '../../triage/index.ts';
import { contain } from './contain.ts';
import { createContainingTurn } from './containing-turn.ts';
import { rehearsePath } from './rehearse-path.ts';

const content = resolve(import.meta.dirname, '../../../content');
const dir = mkdtempSync(join(tmpdir(), 'fb-containing-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const db = await testDatabase();
const world = { db, clock: systemClock, log: silentLog };
const playbooks = createPlaybooks({ ...world, folders: [join(content, 'playbooks')], actions: new Set(actionNames) });
await playbooks.reload();
const settings = unaidedSettings({
  ...world,
  policies: loadPolicies([join(content, 'policies')]),
  stopFile: join(dir, 'STOP'),
});
let pushed: string[] = [];
const respond = createStage(settings, {
  push: ({ deny }) => pushed.push(...deny.map(({ target }) => target)),
  playbooks: () => playbooks.current(),
});
const triage = createTriage(world);

const tables = [
  'findings',
  'finding_claims',
  'incidents',
  'incident_claims',
  'incident_numbers',
  'entities',
  'containments',
  'executions',
  'budgets',
];
const countOf = (table: string) =>
  db.read
    .one(z.object({ count: z.int() }), sql`select count(*) as count from ${sql.id(table)}`)
    .then(({ count }) => count);
const counts = async () =>
  Object.fromEntries(await Promise.all(tables.map(async (t) => [t, await countOf(t)] as const)));
beforeEach(async () => {
  pushed = [];
  await db.read.run(sql`truncate ${sql.join(tables.map((table) => sql.id(table)))} cascade`);
});

const attack = (name: string) => ({
  ...findingOf(name, Date.now(), [subject('ip', 'actor', '203.0.113.66')]),
  severity_id: 4,
  is_demonstration: true,
});

it('opens an incident and orders its denial in one commit, and pushes it after that', async () => {
  await fire(db, [attack('a')]);
  await createContainingTurn({ db, triage, respond, log: silentLog })();
  expect(pushed).toEqual(['203.0.113.66']);
  expect(await counts()).toMatchObject({
    incidents: 1,
    containments: 1,
    executions: 1,
    finding_claims: 0,
    incident_claims: 0,
  });
  const same = sql`select (select xmin::text from incidents) = (select xmin::text from containments) as same`;
  expect((await db.read.one(z.object({ same: z.boolean() }), same)).same).toBe(true);
});

it('keeps the incident when responding fails, for respond to try in its own turn', async () => {
  await fire(db, [attack('b')]);
  const failing = { ...respond, take: () => Promise.reject(new Error('a policy that cannot be asked')) };
  await createContainingTurn({ db, triage, respond: failing, log: silentLog })();
  expect(await counts()).toMatchObject({ incidents: 1, incident_claims: 1, containments: 0, finding_claims: 0 });
  await respond.turn();
  expect(pushed).toEqual(['203.0.113.66']);
});

it('leaves nothing behind when it is rehearsed, not even a gap in the numbers', async () => {
  const before = await counts();
  let taken = 0;
  await rehearsePath(db, Date.now(), async (tx) => {
    const { responded } = await contain(tx, triage, respond);
    taken += responded?.ordered.length ?? 0;
  });
  expect(taken, 'it went the way').toBe(3);
  expect(await counts()).toEqual(before);
  expect(pushed).toEqual([]);
  await fire(db, [attack('c')]);
  await triage.turn();
  const { number } = await db.read.one(z.object({ number: z.int() }), sql`select number from incidents`);
  expect(number).toBe(1);
});

it('is rehearsed again when a real attack was contained beside it', async () => {
  let walks = 0;
  await rehearsePath(db, Date.now(), async (tx) => {
    walks += 1;
    await contain(tx, triage, respond);
    if (walks === 1) await tx.run(sql`select unchanged(false)`);
  });
  expect(walks, 'three, and one again').toBe(4);
});
