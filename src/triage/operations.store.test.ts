import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../test/database.ts';
import { findingOf, fire, subject } from '../../test/findings.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { sql } from '../db/index.ts';
import { entriesOfIncident } from '../ledger/index.ts';
import type { Incident } from '../schema/incident.ts';
import {
  advanceIncident,
  assignIncident,
  claimIncidents,
  createTriage,
  declareIncident,
  incidentDetail,
  listIncidents,
  mergeIncidents,
  setVerdict,
  settleIncidents,
  splitIncident,
} from './index.ts';

const db = await testDatabase();
const started = 1_700_000_000_000;
const minute = 60_000;
const clock = fakeClock(started);
const act = () => ({ by: 'user--ann', at: clock.now() });

beforeEach(async () => {
  clock.set(started);
  await db.read.run(
    sql`truncate incidents, incident_causes, incident_findings, incident_claims, entities, verdicts, findings, finding_claims`,
  );
});

async function settle(): Promise<void> {
  const running = createTriage({ db, clock, log: silentLog });
  while (await running.turn());
}

async function incidents(): Promise<Incident[]> {
  return (await listIncidents(db.read, { order: 'newest', limit: 100 })).incidents.reverse();
}

async function open(name: string, source: string, more = {}): Promise<Incident> {
  await fire(db, [
    findingOf(name, clock.now(), [subject('ip', 'actor', source), subject('user', 'victim', name)], more),
  ]);
  await settle();
  const incident = (await incidents()).at(-1);
  if (!incident) throw new Error('no incident');
  return incident;
}

const code = (name: string) => expect.objectContaining({ code: `TRIAGE.${name}` });

describe('status', () => {
  test('goes the whole way, writes the ledger with its actor, and closes only with a verdict', async () => {
    const { id } = await open('a', '203.0.113.7');
    await advanceIncident(db.read, { id, to: 'in_progress', comment: 'Looking.' }, act());
    await advanceIncident(db.read, { id, to: 'on_hold' }, act());
    await advanceIncident(db.read, { id, to: 'resolved' }, act());
    await expect(advanceIncident(db.read, { id, to: 'closed' }, act())).rejects.toEqual(code('VERDICT_NEEDED'));
    const closed = await advanceIncident(db.read, { id, to: 'closed', verdict: 'true_positive' }, act());
    expect(closed).toMatchObject({ status: 'closed', verdict: 'true_positive', verdict_by: 'user--ann' });
    expect(closed.closed_at?.getTime()).toBe(started);
    await expect(advanceIncident(db.read, { id, to: 'new' }, act())).rejects.toEqual(code('BAD_TRANSITION'));
    const entries = await entriesOfIncident(db.read, id, 100);
    expect(entries.map((entry) => entry.kind).toSorted()).toEqual([
      'incident.opened',
      ...Array.from({ length: 4 }, () => 'incident.status_changed'),
      'incident.verdict',
    ]);
    expect(entries.filter((entry) => entry.actor === 'user--ann')).toHaveLength(5);
  });

  test('is refused on a revision that is not the last, and for an incident that is not there', async () => {
    const { id, revision } = await open('a', '203.0.113.7');
    await assignIncident(db.read, { id, assignee: 'user--bob', revision }, act());
    await expect(advanceIncident(db.read, { id, to: 'closed', revision }, act())).rejects.toEqual(
      code('CHANGED_MEANWHILE'),
    );
    await expect(advanceIncident(db.read, { id: 'incident--no', to: 'closed' }, act())).rejects.toEqual(
      code('NO_INCIDENT'),
    );
  });

  test('a declaration is made once', async () => {
    const { id } = await open('a', '203.0.113.7');
    expect(await declareIncident(db.read, { id }, act())).toMatchObject({
      stage: 'declared',
      declared_by: 'user--ann',
    });
    await expect(declareIncident(db.read, { id }, act())).rejects.toEqual(code('DECLARED_ALREADY'));
  });
});

describe('what fires again', () => {
  test('takes up an incident that was resolved a short while ago', async () => {
    const { id } = await open('a', '203.0.113.7');
    await advanceIncident(db.read, { id, to: 'resolved' }, act());
    clock.advance(10 * minute);
    const again = await open('b', '203.0.113.7');
    expect(again).toMatchObject({ id, status: 'in_progress', finding_count: 2 });
    const kinds = (await entriesOfIncident(db.read, id, 100)).map((entry) => entry.kind);
    expect(kinds).toContain('incident.reopened');
  });

  test('opens a new one that names the closed or long resolved one, and counts only what is new', async () => {
    const first = await open('a', '203.0.113.7', { event_count: 10 });
    await advanceIncident(db.read, { id: first.id, to: 'closed', verdict: 'false_positive' }, act());
    const second = await open('a', '203.0.113.7', { event_count: 25 });
    expect(second.id).not.toBe(first.id);
    expect(second).toMatchObject({ event_count: 15, status: 'new' });
    expect(second.risk_terms.find((term) => term.name === 'former_verdict')?.points).toBe(-15);
    expect((await incidentDetail(db.read, second.id)).formerIncidentId).toBe(first.id);
    expect((await incidentDetail(db.read, first.id)).incident).toMatchObject({ event_count: 10, status: 'closed' });
    await advanceIncident(db.read, { id: second.id, to: 'resolved' }, act());
    clock.advance(31 * minute);
    expect((await open('c', '203.0.113.7')).id).not.toBe(second.id);
    await expect(advanceIncident(db.read, { id: second.id, to: 'in_progress' }, act())).rejects.toEqual(
      code('OPEN_ALREADY'),
    );
  });
});

describe('verdicts', () => {
  test('a false positive is told to respond', async () => {
    const { id } = await open('a', '203.0.113.7');
    await setVerdict(db.read, { id, verdict: 'false_positive', comment: 'Our scanner.' }, act());
    await db.transaction(async (tx) => {
      const claims = await claimIncidents(tx, 10);
      expect(claims.map((claim) => claim.change)).toEqual(['opened', 'verdict']);
      expect(claims[1]?.incident.verdict).toBe('false_positive');
      await settleIncidents(tx, claims);
    });
    expect(
      (await db.read.one(z.object({ left: z.number() }), sql`select count(*) as left from incident_claims`)).left,
    ).toBe(0);
  });

  test('of people teach the confidence in a rule, those of machines do not', async () => {
    for (const n of [1, 2, 3]) {
      const { id } = await open(`a${n}`, `203.0.113.${n}`);
      await setVerdict(
        db.read,
        { id, verdict: 'false_positive' },
        { by: n === 3 ? 'execution--x' : 'user--ann', at: started },
      );
    }
    expect((await open('b', '203.0.113.20')).risk_terms.map((term) => term.name)).not.toContain('rule_confidence');
    const { id } = await open('c', '203.0.113.21');
    await setVerdict(db.read, { id, verdict: 'false_positive' }, act());
    const term = (await open('d', '203.0.113.22')).risk_terms.find((each) => each.name === 'rule_confidence');
    expect(term).toMatchObject({
      points: -6,
      reason: 'People found 0 of the last 3 incidents of these rules to be true.',
    });
  });
});

describe('people', () => {
  test('split: findings, entities, counts and the pair go; what fires again finds its place', async () => {
    const first = await open('a', '203.0.113.7', { event_count: 3 });
    clock.advance(minute);
    const scan = findingOf(
      'scan',
      clock.now(),
      [subject('ip', 'actor', '203.0.113.7'), subject('host', 'target', 'web1')],
      {
        cause: 'web-scan',
        event_count: 4,
      },
    );
    await fire(db, [scan]);
    await settle();
    const second = await splitIncident(
      db.read,
      { id: first.id, findingIds: [scan.id], reason: 'Another team.' },
      act(),
    );
    expect(second).toMatchObject({ cause: 'web-scan', finding_count: 1, event_count: 4, status: 'new' });
    const left = await incidentDetail(db.read, first.id);
    expect(left.incident).toMatchObject({ finding_count: 1, event_count: 3 });
    expect(left.entities.map((entity) => entity.value)).not.toContain('web1');
    expect((await incidentDetail(db.read, second.id)).findings[0]).toMatchObject({
      reason: 'Split from incident '.concat(String(first.number), ': Another team.'),
      joined_by: 'user--ann',
    });
    await fire(db, [
      { ...scan, event_count: 9 },
      findingOf('scan 2', clock.now(), scan.subjects, { cause: 'web-scan' }),
    ]);
    await settle();
    expect((await incidentDetail(db.read, second.id)).incident).toMatchObject({ finding_count: 2, event_count: 10 });
    await expect(
      splitIncident(
        db.read,
        { id: first.id, findingIds: left.findings.map(({ finding }) => finding.id), reason: '' },
        act(),
      ),
    ).rejects.toEqual(code('BAD_SPLIT'));
    await expect(
      splitIncident(db.read, { id: first.id, findingIds: ['finding--no'], reason: '' }, act()),
    ).rejects.toEqual(code('BAD_SPLIT'));
  });

  test('merge: everything goes on in the other one, which what fires again finds too', async () => {
    const first = await open('a', '203.0.113.7', { event_count: 3 });
    const second = await open('b', '198.51.100.9', { event_count: 4, severity_id: 5 });
    const merged = await mergeIncidents(db.read, { id: second.id, intoId: first.id, reason: 'One gang.' }, act());
    expect(merged).toMatchObject({ id: first.id, finding_count: 2, event_count: 7, severity_id: 5 });
    expect(await incidentDetail(db.read, second.id)).toMatchObject({
      incident: { status: 'closed', verdict: 'duplicate' },
      mergedIntoId: first.id,
    });
    await open('c', '198.51.100.9');
    expect((await incidents()).map((incident) => incident.id)).toEqual([first.id, second.id]);
    await expect(mergeIncidents(db.read, { id: first.id, intoId: first.id, reason: '' }, act())).rejects.toEqual(
      code('BAD_MERGE'),
    );
    await expect(mergeIncidents(db.read, { id: second.id, intoId: first.id, reason: '' }, act())).rejects.toEqual(
      code('BAD_MERGE'),
    );
  });

  test('lists by risk or age in pages, and finds text, number and filters', async () => {
    for (const [name, severity] of [
      ['a', 2],
      ['b', 5],
      ['c', 3],
      ['d', 5],
      ['e', 1],
    ] as const)
      await open(name, `203.0.113.${name.charCodeAt(0)}`, { severity_id: severity });
    for (const order of ['risk', 'newest'] as const) {
      const whole = (await listIncidents(db.read, { order, limit: 10 })).incidents.map((incident) => incident.id);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listIncidents(db.read, { order, limit: 2, ...(cursor ? { cursor } : {}) });
        paged.push(...page.incidents.map((incident) => incident.id));
        cursor = page.next;
      } while (cursor);
      expect(paged).toEqual(whole);
      expect(new Set(paged).size).toBe(5);
    }
    const found = async (filter: object) => (await listIncidents(db.read, { ...filter, limit: 10 })).incidents.length;
    expect(await found({ minSeverityId: 5 })).toBe(2);
    expect(await found({ text: '203.0.113.97' })).toBe(1);
    expect(await found({ text: '100%_' })).toBe(0);
    expect(await found({ text: '#'.concat(String((await incidents())[0]?.number)) })).toBe(1);
    expect(await found({ status: ['closed'] })).toBe(0);
    expect(await found({ stage: 'suspected', tenantId: 'default' })).toBe(5);
    expect(await found({ tenantId: 'other' })).toBe(0);
    expect(await found({ cursor: 'nonsense' })).toBe(5);
  });
});
