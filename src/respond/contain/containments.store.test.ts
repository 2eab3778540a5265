import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fakeClock } from '../../base/clock.ts';
import { sql } from '../../db/index.ts';
import { testDatabase } from '../../../test/database.ts';
import type { Enforcement } from '../enforce/points.ts';
import { removeStop, writeStop } from '../guard/stop-switch.ts';
import { containmentById } from '../store/containments.ts';
import { placeAtPoint, takePoint } from '../store/enforcements.ts';
import { recordChange } from '../enforce/record-answers.ts';
import { recordReading } from '../enforce/record-reading.ts';
import { blindWitness, denyRequest, testSettings, testPoint } from '../test-respond.ts';
import { createContainments } from './create-containments.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-contain-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const stopFile = join(dir, 'STOP');

const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const settings = testSettings(db, stopFile, { clock });
type Change = Parameters<Enforcement['push']>[0];
let pushed: Change[] = [];
const containments = createContainments(settings, (change) => pushed.push(change));

const by = { actor: 'user--2', reason: 'a reason' };
const person = { ...by, tenantId: 'default' };

beforeEach(async () => {
  pushed = [];
  removeStop(stopFile);
  await db.read.run(
    sql`truncate containments, enforcements, budgets, armings, protected_entities, enforcement_points cascade`,
  );
  await takePoint(db.read, testPoint, 'test', new Date(clock.now()));
});

async function ledgerOf(subject: string): Promise<string[]> {
  const rows = await db.read.many(
    z.object({ kind: z.string() }),
    sql`select kind from ledger_entries where subject = ${subject} order by at, id`,
  );
  return rows.map(({ kind }) => kind);
}

async function denied(target: string) {
  const outcome = await containments.request(denyRequest(target));
  expect(outcome.outcome).toBe('ordered');
  return outcome.containment;
}

const applies = (targets: string[], more: object = {}) => {
  clock.advance(1);
  return db.transaction((tx) =>
    recordChange(
      tx,
      testPoint,
      {
        denied: targets,
        released: [],
        answer: { type: 'done', held: targets.map((target) => ({ target })), heldBack: [] },
        ...more,
      },
      clock.now(),
    ),
  );
};
const lets = (targets: string[]) => applies([], { released: targets });
const reads = (held: { target: string; droppedPackets?: number }[], isStopped = false) => {
  clock.advance(1);
  return db.transaction((tx) =>
    recordReading(tx, testPoint, held, { nowMs: clock.now(), isStopped, countsAsDrift: true, witness: blindWitness }),
  );
};
const now = async (id: string) => (await containmentById(db.read, id)) ?? expect.unreachable();

describe('a requested containment', () => {
  it('is ordered, pushed, applied, verified, released and on the ledger at every step', async () => {
    const one = await denied('203.0.113.5');
    expect(one).toMatchObject({ status: 'ordered', points: [{ point_id: testPoint.id, state: 'pending' }] });
    expect(one.expires_at?.getTime()).toBe(clock.now() + 600_000);
    expect(pushed[0]?.deny).toMatchObject([{ target: '203.0.113.5' }]);
    await applies(['203.0.113.5']);
    expect(await now(one.id)).toMatchObject({ status: 'in_force', verification: { applied: 'yes' } });
    await reads([{ target: '203.0.113.5', droppedPackets: 7 }]);
    expect((await now(one.id)).verification).toMatchObject({ effective: 'yes', dropped_packets: 7 });
    clock.advance(1);
    await containments.release(one.id, by);
    expect(pushed.at(-1)?.release).toEqual([{ target: '203.0.113.5', isDemonstration: false }]);
    expect((await now(one.id)).status).toBe('releasing');
    await lets(['203.0.113.5']);
    await containments.turn();
    expect(await now(one.id)).toMatchObject({ status: 'released', released_by: 'user--2' });
    expect((await containments.release(one.id, by)).status).toBe('released');
    expect(await ledgerOf(one.id)).toEqual([
      'containment.ordered',
      'containment.in_force',
      'containment.verified',
      'containment.releasing',
      'containment.released',
    ]);
  });

  it('is refused for a protected target, with a row and an entry that say why', async () => {
    const refused = await containments.request(denyRequest('127.0.0.1'));
    expect(refused).toMatchObject({ outcome: 'refused', containment: { status: 'refused' } });
    expect(pushed.flatMap(({ deny }) => deny)).toEqual([]);
    expect(await ledgerOf(refused.containment.id)).toEqual(['containment.refused']);
  });

  it('is prolonged by a person and never beyond what the guard allows', async () => {
    const one = await denied('203.0.113.50');
    await applies(['203.0.113.50']);
    const longer = await containments.extend(one.id, 7_200, by);
    expect(longer.expires_at?.getTime()).toBe(clock.now() + 7_200_000);
    expect(pushed.at(-1)?.deny).toMatchObject([{ target: '203.0.113.50', expiresAt: clock.now() + 7_200_000 }]);
    expect((await containments.extend(one.id, 60, by)).expires_at).toEqual(longer.expires_at);
    writeStop(stopFile, { by: 'cli:root', reason: 'x', at: '' });
    await expect(containments.extend(one.id, 60, by)).rejects.toMatchObject({ code: 'RESPOND.EXTENSION_REFUSED' });
  });

  it('ends by itself', async () => {
    const one = await denied('203.0.113.6');
    await applies(['203.0.113.6']);
    clock.advance(598_000);
    await containments.turn();
    expect((await now(one.id)).status).toBe('in_force');
    clock.advance(2_000);
    await containments.turn();
    expect((await now(one.id)).status).toBe('releasing');
    await lets(['203.0.113.6']);
    await containments.turn();
    expect(await now(one.id)).toMatchObject({ status: 'released', release_reason: 'Its time is over.' });
  });

  it('lets go of a target only with the last one that wants it', async () => {
    const first = await denied('203.0.113.7');
    const second = await denied('203.0.113.7');
    await applies(['203.0.113.7']);
    await containments.release(first.id, by);
    expect(pushed.at(-1)?.release).toEqual([]);
    await containments.turn();
    expect((await now(first.id)).status).toBe('released');
    await containments.release(second.id, by);
    expect(pushed.at(-1)?.release).toHaveLength(1);
  });

  it('is uncertain when the answer was lost, and read back', async () => {
    const one = await denied('203.0.113.8');
    await applies(['203.0.113.8'], { answer: { type: 'lost', message: 'gone' } });
    expect((await now(one.id)).status).toBe('uncertain');
    await applies(['203.0.113.8']);
    expect((await now(one.id)).status).toBe('in_force');
  });

  it('fails when the point holds it back', async () => {
    const one = await denied('203.0.113.9');
    await applies(['203.0.113.9'], {
      answer: {
        type: 'done',
        held: [],
        heldBack: [{ target: '203.0.113.9', reason: 'protected', detail: 'its own gateway' }],
      },
    });
    expect(await now(one.id)).toMatchObject({ status: 'failed', verification: { applied: 'no' } });
  });

  it('fails when there is no point at all', async () => {
    await db.read.run(sql`truncate enforcement_points cascade`);
    const one = await denied('203.0.113.10');
    clock.advance(11_000);
    await containments.turn();
    expect((await now(one.id)).status).toBe('failed');
  });
});

describe('drift', () => {
  it('is repaired once, then taken as a person’s intent, and approved again by a person', async () => {
    const one = await denied('203.0.113.11');
    await applies(['203.0.113.11']);
    expect((await reads([])).deny).toMatchObject([{ target: '203.0.113.11' }]);
    expect((await reads([{ target: '203.0.113.11' }])).deny).toEqual([]);
    expect((await reads([])).deny).toEqual([]);
    expect(await now(one.id)).toMatchObject({ status: 'awaiting_approval', points: [{ state: 'drifted' }] });
    expect(await ledgerOf(one.id)).toContain('containment.held');
    const approved = await containments.approve(one.id, by);
    expect(approved.outcome).toBe('ordered');
    expect(pushed.at(-1)?.deny).toMatchObject([{ target: '203.0.113.11' }]);
  });

  it('is not repaired while responding is stopped, but released', async () => {
    const one = await denied('203.0.113.12');
    await applies(['203.0.113.12']);
    expect((await reads([], true)).deny).toEqual([]);
    await containments.release(one.id, by);
    expect((await now(one.id)).status).toBe('releasing');
  });

  it('lets go of what nobody ordered', async () => {
    expect((await reads([{ target: '198.51.100.1' }])).release).toEqual(['198.51.100.1']);
  });
});

describe('the owner', () => {
  it('releases what a new protection covers, and what slipped by while it was added', async () => {
    const one = await denied('203.0.113.13');
    expect(await containments.protect('203.0.113.0/28', person)).toEqual({ range: '203.0.113.0/28', released: 1 });
    expect((await now(one.id)).status).toBe('releasing');
    expect((await containments.request(denyRequest('203.0.113.14'))).outcome).toBe('refused');
    await containments.unprotect('203.0.113.0/28', person);
    const two = await denied('203.0.113.15');
    await db.read.run(sql`insert into protected_entities (tenant_id, range, reason, protected_by, protected_at)
      values ('default', '203.0.113.15/32', 'x', 'user--1', now())`);
    await containments.turn();
    expect((await now(two.id)).status).toBe('releasing');
  });

  it('stops everything new by the file alone; release goes on', async () => {
    const one = await denied('203.0.113.16');
    writeStop(stopFile, { by: 'cli:root', reason: 'maintenance', at: '' });
    expect((await containments.request(denyRequest('203.0.113.17'))).outcome).toBe('refused');
    await containments.release(one.id, by);
    expect((await now(one.id)).status).toBe('releasing');
  });

  it('approves what waits, and refuses it by silence', async () => {
    const asks = {
      requestedBy: 'system:respond',
      ruleId: 'rule-1',
      subject: { role: 'actor', fieldTrust: 'anchored', channelTrust: 'authenticated' },
    } as const;
    await containments.arm(
      { tenantId: 'default', ruleId: 'rule-1', action: 'deny-address', level: 'approve' },
      { actor: 'user--1', confirm: { shadowSeen: 0, protectedConfirmed: true } },
    );
    const waiting = await containments.request(denyRequest('203.0.113.18', asks));
    expect(waiting.outcome).toBe('awaiting_approval');
    expect((await containments.approve(waiting.containment.id, by)).containment).toMatchObject({
      status: 'ordered',
      approved_by: 'user--2',
    });
    const silent = await containments.request(denyRequest('203.0.113.19', asks));
    clock.advance(3_601_000);
    await containments.turn();
    expect((await now(silent.containment.id)).status).toBe('refused');
    await expect(containments.approve(silent.containment.id, by)).rejects.toMatchObject({
      code: 'RESPOND.BAD_TRANSITION',
    });
  });

  it('arms only after the shadow record was seen and the protected set confirmed', async () => {
    const asks = {
      requestedBy: 'system:respond',
      ruleId: 'rule-2',
      subject: { role: 'actor', fieldTrust: 'anchored', channelTrust: 'authenticated' },
    } as const;
    const shadow = await containments.request(denyRequest('203.0.113.20', asks));
    expect(shadow).toMatchObject({ outcome: 'proposed', containment: { level: 'shadow', status: 'proposed' } });
    expect(pushed.flatMap(({ deny }) => deny)).toEqual([]);
    const arming = { tenantId: 'default', ruleId: 'rule-2', action: 'deny-address', level: 'auto' } as const;
    const arm = (shadowSeen: number, protectedConfirmed: boolean) =>
      containments.arm(arming, { actor: 'user--1', confirm: { shadowSeen, protectedConfirmed } });
    await expect(arm(0, true)).rejects.toMatchObject({ code: 'RESPOND.ARMING_UNSEEN' });
    await expect(arm(1, false)).rejects.toMatchObject({ code: 'RESPOND.ARMING_UNSEEN' });
    expect(await containments.shadowRecord('default', 'rule-2', 'deny-address')).toMatchObject({ count: 1 });
    await arm(1, true);
    expect((await containments.request(denyRequest('203.0.113.21', asks))).outcome).toBe('ordered');
  });
});

describe('budgets', () => {
  it('are never exceeded by 50 who ask at once', async () => {
    const tight = createContainments({ ...settings, maxPerHour: 10 }, () => {});
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => tight.request(denyRequest(`198.51.100.${index}`))),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'ordered')).toHaveLength(10);
    expect(outcomes.filter(({ outcome }) => outcome === 'awaiting_approval')).toHaveLength(40);
    const waiting = outcomes.find(({ outcome }) => outcome === 'awaiting_approval')?.containment.id ?? '';
    expect((await tight.approve(waiting, by)).outcome).toBe('awaiting_approval');
    clock.advance(3_600_000 - (clock.now() % 3_600_000));
    expect((await tight.request(denyRequest('198.51.100.200'))).outcome).toBe('ordered');
  });
});

describe('repeat offenders', () => {
  it('are held longer each time, but not for what was wrong', async () => {
    const again = async () => {
      const one = await denied('203.0.113.30');
      await applies(['203.0.113.30']);
      await containments.release(one.id, by);
      await lets(['203.0.113.30']);
      await containments.turn();
      return one.duration_s;
    };
    expect([await again(), await again(), await again()]).toEqual([600, 3_600, 86_400]);
    await db.read.run(sql`update containments set is_wrong = true`);
    expect(await again()).toBe(600);
  });
});

it('gives a later point the live containments', async () => {
  await denied('203.0.113.40');
  const later = { ...testPoint, id: 'later@test' };
  await takePoint(db.read, later, 'test', new Date(clock.now()));
  expect(await placeAtPoint(db.read, later.id, new Date(clock.now()))).toBe(1);
  expect(await takePoint(db.read, later, 'other', new Date(clock.now()))).toBe(2);
});
