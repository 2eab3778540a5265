import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../test/database.ts';
import { findingOf, fire, subject } from '../../test/findings.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { retryConflicts, sql } from '../db/index.ts';
import type { Subject } from '../schema/subject.ts';
import { claimIncidents, createTriage, listIncidents, setVerdict } from '../triage/index.ts';
import { createContainments } from './contain/create-containments.ts';
import type { Enforcement } from './enforce/points.ts';
import { recordChange } from './enforce/record-answers.ts';
import { loadPlaybook } from './playbook/load-playbook.ts';
import type { LoadedPlaybook } from './playbook/playbook.ts';
import { createStage } from './stage.ts';
import { takePoint } from './store/enforcements.ts';
import { testSettings } from './test-respond.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-stage-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const db = await testDatabase();
const started = Date.UTC(2026, 10, 21, 12);
const clock = fakeClock(started);
const settings = testSettings(db, join(dir, 'STOP'), { clock });
let pushed: Parameters<Enforcement['push']>[0][] = [];
const push: Enforcement['push'] = (change) => pushed.push(change);
const containments = createContainments(settings, push);
const stage = createStage(settings, { push, playbooks: () => [playbook] });
const playbook = shipped();
const point = {
  id: 'point',
  tenantId: 'default',
  siteId: 'default',
  host: 'h',
  kind: 'nftables',
  level: 'read_back',
  isDemonstration: true,
} as const;

function shipped(): LoadedPlaybook {
  const file = join(import.meta.dirname, '../../content/playbooks/contain-attack-source.json');
  const text = readFileSync(file, 'utf8');
  const commands = new Set([...text.matchAll(/"(firebreak:[a-z-]+)"/g)].map(([, name = '']) => name));
  const loaded = loadPlaybook(text, file, commands);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.playbook;
}

beforeEach(async () => {
  pushed = [];
  clock.set(started);
  await db.read
    .run(sql`truncate incidents, incident_causes, incident_findings, incident_claims, entities, verdicts, findings,
    finding_claims, containments, enforcements, enforcement_points, budgets, armings, protected_entities, executions,
    execution_requests cascade`);
  await takePoint(db.read, point, 'test', new Date(clock.now()));
});

const attack = (
  name: string,
  at: number,
  source = '203.0.113.66',
  change: Partial<Subject> = {},
  isDemonstration = true,
) => ({
  ...findingOf(name, at, [
    { ...subject('ip', 'actor', source), field_trust: 'anchored', channel_trust: 'authenticated', ...change },
  ]),
  severity_id: 4,
  is_demonstration: isDemonstration,
});

async function run(): Promise<void> {
  const triage = createTriage({ db, clock, log: silentLog });
  while (await triage.turn());
  while (await stage.turn());
}

const all = () => containments.list(db.read, { tenantId: 'default', limit: 100 });
const count = async (table: 'executions' | 'ledger_entries') =>
  (await db.read.one(z.object({ n: z.int() }), sql`select count(*) as n from ${sql.id(table)}`)).n;
const apply = (targets: string[], released: string[] = []) =>
  db.transaction((tx) =>
    recordChange(
      tx,
      point,
      {
        denied: targets,
        released,
        answer: { type: 'done', held: targets.map((target) => ({ target })), heldBack: [] },
      },
      clock.now(),
    ),
  );

it('contains the source of an attack in one turn: containment, execution, ledger, push', async () => {
  await fire(db, [attack('a', started)]);
  await run();
  const [one, ...more] = await all();
  expect(more).toEqual([]);
  expect(one).toMatchObject({
    status: 'ordered',
    target: '203.0.113.66',
    level: 'auto',
    is_demonstration: true,
    occasion: 0,
  });
  expect(pushed.flatMap(({ deny }) => deny)).toMatchObject([{ target: '203.0.113.66', isDemonstration: true }]);
  expect(await count('executions')).toBe(1);
  expect(one?.decision.at(-1)).toMatchObject({ check: 'ladder', outcome: 'pass' });
});

it('makes nothing new while the attack goes on, and counts', async () => {
  await fire(db, [attack('a', started)]);
  await run();
  await apply(['203.0.113.66']);
  for (const event_count of [20, 30]) {
    await fire(db, [{ ...attack('a', started), event_count }]);
    await run();
  }
  const list = await all();
  expect(list).toHaveLength(1);
  expect(list[0]?.refire_count).toBe(2);
  expect(await count('executions')).toBe(1);
});

/** The attack is contained, and so long after its denial is over and let go of. */
async function containAndEnd(afterMs: number): Promise<void> {
  await fire(db, [attack('a', started)]);
  await run();
  await apply(['203.0.113.66']);
  clock.advance(afterMs);
  await containments.turn();
  await apply([], ['203.0.113.66']);
  await containments.turn();
}

it('begins a new occasion, for longer, when the attack resumes after the end', async () => {
  await containAndEnd(600_000);
  // Late news from before the end begins nothing.
  await fire(db, [{ ...attack('a', started), event_count: 50 }]);
  await run();
  expect(await all()).toHaveLength(1);
  clock.advance(1_000);
  await fire(db, [{ ...attack('a', started), event_count: 60, last_seen_at: new Date(clock.now()) }]);
  await run();
  const [second, first] = await all();
  expect(first?.status).toBe('released');
  expect(second).toMatchObject({ status: 'ordered', occasion: 1, escalation: 1, duration_s: 3_600 });
  expect(await count('executions')).toBe(2);
});

it('contains again what was seen in the second of the end, by a log that stamps whole seconds', async () => {
  await containAndEnd(600_400);
  const again = { ...attack('a', started), last_seen_at: new Date(started + 600_000) };
  // Told before the end: seen before it.
  await fire(db, [{ ...again, event_count: 50, updated_at: new Date(started + 599_999) }]);
  await run();
  expect(await all()).toHaveLength(1);
  clock.advance(200);
  await fire(db, [{ ...again, event_count: 60, updated_at: new Date(clock.now()) }]);
  await run();
  expect(await all()).toMatchObject([{ status: 'ordered', occasion: 1 }, { status: 'released' }]);
});

it('contains again what was seen after the end, however late the end is noticed', async () => {
  await fire(db, [attack('a', started)]);
  await run();
  await apply(['203.0.113.66']);
  // Nobody was there: points let go at the expiry, the attack goes on, and the events are read before the end is noted.
  clock.advance(660_000);
  const again = {
    ...attack('a', started),
    last_seen_at: new Date(started + 630_000),
    updated_at: new Date(clock.now()),
  };
  await fire(db, [{ ...again, event_count: 50 }]);
  await run();
  expect(await all()).toMatchObject([{ status: 'ordered', occasion: 1, escalation: 1 }, { status: 'in_force' }]);
  await containments.turn();
  await containments.turn();
  expect(pushed.flatMap(({ release }) => release)).toEqual([]);
  expect(await all()).toMatchObject([{ status: 'ordered' }, { status: 'released' }]);
});

it('contains again by events from before a late note of the end, when they are read after it', async () => {
  await fire(db, [attack('a', started)]);
  await run();
  await apply(['203.0.113.66']);
  clock.advance(660_000);
  await containments.turn();
  await apply([], ['203.0.113.66']);
  await containments.turn();
  const again = {
    ...attack('a', started),
    last_seen_at: new Date(started + 630_000),
    updated_at: new Date(clock.now()),
  };
  await fire(db, [{ ...again, event_count: 50 }]);
  await run();
  expect(await all()).toMatchObject([{ status: 'ordered', occasion: 1 }, { status: 'released' }]);
});

it('is in shadow for everything but the demonstration', async () => {
  await fire(db, [attack('a', started, '203.0.113.9', {}, false)]);
  await run();
  expect(await all()).toMatchObject([{ status: 'proposed', level: 'shadow' }]);
  expect(pushed.flatMap(({ deny }) => deny)).toEqual([]);
});

it('acts by an armed rule, on the points that are none of the demonstration', async () => {
  const finding = attack('a', started, '203.0.113.9', {}, false);
  await containments.arm(
    { tenantId: 'default', ruleId: finding.rule_id, action: 'deny-address', level: 'auto' },
    { actor: 'user--1', confirm: { shadowSeen: 0, protectedConfirmed: true } },
  );
  await fire(db, [finding]);
  await run();
  expect(await all()).toMatchObject([{ status: 'ordered', points: [] }]);
  expect(pushed.flatMap(({ deny }) => deny)).toMatchObject([{ isDemonstration: false }]);
});

it('refuses free text, says so once, and starts no playbook', async () => {
  await fire(db, [attack('a', started, '203.0.113.9', { field_trust: 'free' })]);
  await run();
  await fire(db, [{ ...attack('a', started, '203.0.113.9', { field_trust: 'free' }), event_count: 99 }]);
  await run();
  expect(await all()).toMatchObject([{ status: 'refused' }]);
  expect(await count('executions')).toBe(0);
});

it('releases everything when a person calls it a false positive, and does not contain it again', async () => {
  await fire(db, [attack('a', started)]);
  await run();
  await apply(['203.0.113.66']);
  const { incidents } = await listIncidents(db.read, { order: 'newest', limit: 1 });
  const id = incidents[0]?.id ?? '';
  await db.transaction((tx) => setVerdict(tx, { id, verdict: 'false_positive' }, { by: 'user--1', at: clock.now() }));
  await stage.turn();
  expect(pushed.at(-1)?.release).toEqual([{ target: '203.0.113.66', isDemonstration: true }]);
  expect(await all()).toMatchObject([{ status: 'releasing', released_by: 'user--1' }]);
  clock.advance(1_000);
  await fire(db, [{ ...attack('a', started), event_count: 70, last_seen_at: new Date(clock.now()) }]);
  await run();
  expect((await all()).filter(({ status }) => status === 'ordered')).toEqual([]);
});

it('never spends more than a budget has, however many respond at once', async () => {
  const sources = Array.from({ length: 24 }, (_, index) => `203.0.113.${index + 1}`);
  await fire(
    db,
    sources.map((source) => attack(source, started, source)),
  );
  await createTriage({ db, clock, log: silentLog }).turn();
  const claimed = await db.transaction((tx) => claimIncidents(tx, 100));
  const tight = createStage({ ...settings, maxPerHour: 10 }, { push, playbooks: () => [playbook] });
  await Promise.all(
    claimed.map((one) => retryConflicts(() => db.transaction((tx) => tight.take(tx, [one])), sources.length)),
  );
  const statuses = (await all()).map(({ status }) => status);
  expect(statuses.filter((status) => status === 'ordered')).toHaveLength(10);
  expect(statuses.filter((status) => status === 'awaiting_approval')).toHaveLength(14);
});

it('contains once what two respond to at once', async () => {
  await fire(db, [attack('a', started)]);
  await createTriage({ db, clock, log: silentLog }).turn();
  const claimed = await db.transaction((tx) => claimIncidents(tx, 100));
  await Promise.all([1, 2, 3].map(() => retryConflicts(() => db.transaction((tx) => stage.take(tx, claimed)))));
  expect(await all()).toHaveLength(1);
  const ordered = await db.read.many(
    z.object({ summary: z.string() }),
    sql`select summary from ledger_entries e join containments c on e.subject = c.id`,
  );
  expect(ordered).toHaveLength(1);
});

it('keeps nothing of a turn that fails', async () => {
  await fire(db, [attack('a', started)]);
  const failing = createStage(
    {
      ...settings,
      policies: {
        evaluate: () => {
          throw new Error('planted');
        },
      },
    },
    { push, playbooks: () => [playbook] },
  );
  const triage = createTriage({ db, clock, log: silentLog });
  while (await triage.turn());
  const before = await count('ledger_entries');
  await expect(failing.turn()).rejects.toThrow('planted');
  expect(await all()).toEqual([]);
  expect(await count('ledger_entries')).toBe(before);
  await stage.turn();
  expect(await all()).toMatchObject([{ status: 'ordered' }]);
});
