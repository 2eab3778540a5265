import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../test/database.ts';
import { findingOf, fire, subject } from '../../test/findings.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { upsertAssets } from '../context/index.ts';
import { sql } from '../db/index.ts';
import {
  claimIncidents,
  createTriage,
  incidentDetail,
  listIncidents,
  settleIncidents,
  type IncidentDetail,
} from './index.ts';

const db = await testDatabase();
const started = 1_700_000_000_000;
const clock = fakeClock(started);
const minute = 60_000;

beforeEach(async () => {
  clock.set(started);
  await db.read.run(sql`truncate incidents, incident_causes, incident_findings, incident_claims, entities, verdicts,
    findings, finding_claims, assets, asset_keys, identities`);
});

const triage = (more: { batch?: number; declare?: string[] } = {}) =>
  createTriage({ db, clock, log: silentLog, ...more });

async function settle(more: { batch?: number; declare?: string[] } = {}): Promise<void> {
  const running = triage(more);
  while (await running.turn());
}

async function details(): Promise<IncidentDetail[]> {
  const { incidents } = await listIncidents(db.read, { order: 'newest', limit: 100 });
  return Promise.all(incidents.reverse().map((incident) => incidentDetail(db.read, incident.id)));
}

async function only(): Promise<IncidentDetail> {
  const [first, ...rest] = await details();
  expect(rest).toEqual([]);
  if (!first) throw new Error('no incident');
  return first;
}

const guessing = (name: string, source: string, atMs: number, victim = 'root', host = 'web1') =>
  findingOf(name, atMs, [
    subject('ip', 'actor', source),
    subject('user', 'victim', victim),
    subject('host', 'target', host),
  ]);

describe('grouping', () => {
  test('a finding opens a suspected incident about its source, with the reason', async () => {
    await fire(db, [guessing('a', '203.0.113.7', started)]);
    await settle();
    const { incident, entityReason, findings } = await only();
    expect(incident).toMatchObject({
      stage: 'suspected',
      status: 'new',
      entity_type: 'ip',
      entity_value: '203.0.113.7',
      cause: 'ssh-guessing',
      severity_id: 3,
      finding_count: 1,
      event_count: 1,
      title: 'SSH brute force from 203.0.113.7',
    });
    expect(entityReason).toBe('The public address that acts');
    expect(findings[0]?.reason).toContain('are in no open incident');
    expect(incident.risk_score).toBe(incident.risk_terms.reduce((sum, term) => sum + term.points, 0));
  });

  test('what fires again is counted in its incident and never opens a second', async () => {
    for (const count of [10, 25, 25, 40]) {
      await fire(db, [{ ...guessing('a', '203.0.113.7', started), event_count: count }]);
      await settle();
    }
    await fire(db, [{ ...guessing('another window', '203.0.113.7', started + minute), event_count: 5 }]);
    await settle();
    expect((await only()).incident).toMatchObject({ finding_count: 2, event_count: 45 });
  });

  test('[T25] the same events seen by two rules are not told as twice as many', async () => {
    const more = { event_count: 7 };
    await fire(db, [
      { ...guessing('a', '203.0.113.7', started), ...more },
      { ...guessing('b', '203.0.113.7', started), ...more, rule_id: 'another-rule' },
    ]);
    await settle();
    const { incident } = await only();
    expect(incident).toMatchObject({ finding_count: 2, event_count: 7 });
    expect(incident.risk_terms.find((term) => term.name === 'count')?.reason).toBe('At least 7 events in 2 findings.');
  });

  test('every victim of one source is an entity, counted and shown', async () => {
    await fire(db, [
      guessing('a', '203.0.113.7', started, 'root', 'web1'),
      guessing('b', '203.0.113.7', started, 'admin', 'web2'),
      guessing('c', '203.0.113.7', started, 'oracle', 'WEB3'),
    ]);
    await settle();
    const { incident, entities } = await only();
    expect(
      entities
        .filter((entity) => entity.role !== 'actor')
        .map((entity) => entity.value)
        .toSorted(),
    ).toEqual(['admin', 'oracle', 'root', 'web1', 'web2', 'web3']);
    expect(incident.title).toBe('SSH brute force from 203.0.113.7 (3 machines, 3 accounts)');
    expect(incident.risk_terms.find((term) => term.name === 'victims')?.points).toBe(6.3);
  });

  test('another cause of the same public source near in time joins and says why; a victim alone ties nothing', async () => {
    await fire(db, [guessing('a', '203.0.113.7', started)]);
    await settle();
    const scan = findingOf('scan', started + 12 * minute, [subject('ip', 'actor', '203.0.113.7')], {
      cause: 'web-scan',
      rule_title: 'Web scan',
    });
    await fire(db, [scan, guessing('b', '198.51.100.9', started + minute)]);
    await settle();
    const [first, second] = await details();
    expect(first?.findings.map(({ finding }) => finding.cause).toSorted()).toEqual(['ssh-guessing', 'web-scan']);
    expect(first?.findings.find(({ finding }) => finding.cause === 'web-scan')?.reason).toMatch(
      /^Same source 203\.0\.113\.7, within 12 min of finding--/,
    );
    expect(second?.incident.entity_value).toBe('198.51.100.9');
    await fire(db, [{ ...scan, id: 'finding--later', first_seen_at: new Date(started + 9 * 60 * minute) }]);
    await settle();
    expect(await details()).toHaveLength(2);
  });

  test('the same source hours later with another cause is another incident; the account that was guessed and acts joins', async () => {
    await fire(db, [guessing('a', '203.0.113.7', started, 'deploy')]);
    await fire(db, [
      findingOf('later', started + 3 * 60 * minute, [subject('ip', 'actor', '203.0.113.7')], { cause: 'web-scan' }),
      findingOf('acts', started + 5 * minute, [subject('user', 'actor', 'deploy')], { cause: 'sudo-abuse' }),
    ]);
    await settle();
    const [first, second] = await details();
    expect(first?.findings.map(({ finding }) => finding.cause)).toEqual(['ssh-guessing', 'sudo-abuse']);
    expect(first?.findings[1]?.reason).toContain('user deploy was victim there and is actor here');
    expect(second?.incident.cause).toBe('web-scan');
  });

  test('free text, proxies and demonstrations tie nothing; sites stay apart', async () => {
    await upsertAssets(
      db.read,
      [
        {
          tenant_id: 'default',
          site_id: 'default',
          id: 'p',
          name: 'p',
          owner: null,
          roles: ['proxy'],
          importance: 2,
          addresses: ['198.51.100.1'],
          hosts: [],
        },
      ],
      started,
    );
    const at = (name: string, value: string, more = {}, of = {}) =>
      findingOf(name, started, [subject('ip', 'actor', value, more)], { cause: name, ...of });
    await fire(db, [
      at('free 1', '203.0.113.1', { field_trust: 'free' }),
      at('free 2', '203.0.113.1', { field_trust: 'free' }),
    ]);
    await fire(db, [at('proxy 1', '198.51.100.1'), at('proxy 2', '198.51.100.1')]);
    await fire(db, [at('real', '203.0.113.2'), at('shown', '203.0.113.2', {}, { is_demonstration: true })]);
    await fire(db, [at('here', '10.0.0.5'), at('there', '10.0.0.5', {}, { site_id: 'branch' })]);
    await settle();
    expect(await details()).toHaveLength(8);
    const free = (await details()).find(({ incident }) => incident.cause === 'free 1');
    expect(free?.incident.risk_terms.find((term) => term.name === 'trust')?.points).toBe(-10);
  });

  test('an IPv6 source is its /64, victims stay apart', async () => {
    await fire(db, [
      findingOf('a', started, [subject('ip', 'actor', '2001:db8:1:2::1'), subject('ip', 'victim', '2001:db8:9::1')]),
      findingOf('b', started, [subject('ip', 'actor', '2001:db8:1:2::ffff'), subject('ip', 'victim', '2001:db8:9::2')]),
    ]);
    await settle();
    const { incident, entities } = await only();
    expect(incident.entity_value).toBe('2001:db8:1:2::/64');
    expect(entities.filter((entity) => entity.role === 'victim')).toHaveLength(2);
  });

  test('a vital victim raises severity by one step and says so', async () => {
    await upsertAssets(
      db.read,
      [
        {
          tenant_id: 'default',
          site_id: 'default',
          id: 'dc',
          name: 'dc',
          owner: null,
          roles: ['domain_controller'],
          importance: 4,
          addresses: [],
          hosts: ['DC1'],
        },
      ],
      started,
    );
    await fire(db, [guessing('a', '203.0.113.7', started, 'root', 'dc1')]);
    await settle();
    const { incident } = await only();
    expect(incident.severity_id).toBe(4);
    expect(incident.risk_terms[0]?.reason).toBe(
      'The worst finding is high, raised from medium because a vital machine suffers.',
    );
    expect(incident.risk_terms.find((term) => term.name === 'asset_importance')?.points).toBe(12);
  });
});

describe('the owner’s policy', () => {
  test('declares what it names and leaves the rest', async () => {
    await fire(db, [
      guessing('a', '203.0.113.7', started),
      { ...guessing('b', '198.51.100.9', started), severity_id: 5 },
    ]);
    await settle({ declare: ['incident.severity_id >= 5 && incident.entity_type == "ip"'] });
    const [first, second] = await details();
    expect(new Set([first?.incident.stage, second?.incident.stage])).toEqual(new Set(['declared', 'suspected']));
    const declared = [first, second].find((detail) => detail?.incident.stage === 'declared');
    expect(declared?.incident).toMatchObject({ declared_by: 'policy:triage.declare', severity_id: 5 });
  });

  test('is refused when it cannot be read, is not about an incident or calls matches()', () => {
    for (const bad of ['incident.severity_id >=', 'severity > 3', 'incident.title.matches("a+")'])
      expect(() => triage({ declare: [bad] })).toThrow(/triage\.declare cannot be used/);
    expect(() => triage({ declare: ['incident.cause == "matches"'] })).not.toThrow();
  });
});

describe('claims of incidents', () => {
  test('tell opened, grew and updated once, and nobody gets what another holds', async () => {
    await fire(db, [guessing('a', '203.0.113.7', started)]);
    await settle();
    await db.transaction(async (tx) => {
      const claims = await claimIncidents(tx, 10);
      expect(claims.map((claim) => [claim.change, claim.findings.length])).toEqual([['opened', 1]]);
      await db.transaction(async (other) => expect(await claimIncidents(other, 10)).toEqual([]));
      await settleIncidents(tx, claims);
    });
    await fire(db, [{ ...guessing('a', '203.0.113.7', started), event_count: 9 }]);
    await settle();
    const changes = () =>
      db.transaction(async (tx) => {
        const claims = await claimIncidents(tx, 10);
        await settleIncidents(tx, claims);
        return claims.map((claim) => claim.change);
      });
    expect(await changes()).toEqual(['updated']);
    await fire(db, [guessing('b', '203.0.113.7', started, 'admin')]);
    await settle();
    expect(await changes()).toEqual(['grew']);
    expect(await changes()).toEqual([]);
  });
});

describe('many at once', () => {
  test('several processes never open two incidents for one entity and cause, and lose no count', async () => {
    const sources = Array.from({ length: 6 }, (_, index) => `203.0.113.${index + 1}`);
    for (let round = 0; round < 8; round += 1) {
      await fire(
        db,
        sources.flatMap((source) =>
          [0, 1, 2].map((n) => guessing(`${source} ${round} ${n}`, source, started + round * 1_000, `user${n}`)),
        ),
      );
      await Promise.all([1, 2, 3].map(() => settle({ batch: 4 })));
    }
    const all = await details();
    expect(all).toHaveLength(6);
    for (const { incident, findings } of all) {
      expect(incident).toMatchObject({ finding_count: 24, event_count: 24 });
      expect(findings).toHaveLength(24);
    }
  });

  test('the ledger tells each incident by the number that it has, whoever else opens one at the moment', async () => {
    for (let round = 0; round < 4; round += 1) {
      const sources = Array.from({ length: 8 }, (_, index) => `203.0.113.${round * 8 + index + 1}`);
      await fire(
        db,
        sources.map((source) => guessing(source, source, started)),
      );
      await Promise.all([1, 2, 3].map(() => settle({ batch: 2 })));
    }
    const wrong = await db.read.many(
      z.object({ number: z.int(), told: z.string().nullable() }),
      sql`select i.number::int as number, e.summary as told
        from incidents i left join ledger_entries e on e.incident_id = i.id and e.kind = 'incident.opened'
        where e.summary is null or e.summary not like 'Incident ' || i.number || ' was opened %'`,
    );
    expect(wrong).toEqual([]);
    expect(await details()).toHaveLength(32);
  });

  test(
    'a storm of 100,000 refirings of one cause is one incident with exact counts',
    { timeout: 240_000 },
    async () => {
      const names = Array.from({ length: 1_000 }, (_, index) => `storm ${index}`);
      let statements = 0;
      const counted = {
        ...db,
        transaction: <T>(work: Parameters<typeof db.transaction<T>>[0]) =>
          db.transaction((tx) =>
            work({
              ...tx,
              many: (row, query) => ((statements += 1), tx.many(row, query)),
              one: (row, query) => ((statements += 1), tx.one(row, query)),
              maybe: (row, query) => ((statements += 1), tx.maybe(row, query)),
              run: (query) => ((statements += 1), tx.run(query)),
            }),
          ),
      };
      const running = createTriage({ db: counted, clock, log: silentLog });
      let turns = 0;
      await fire(
        db,
        names.map((name) => guessing(name, '203.0.113.7', started)),
      );
      for (let round = 1; round <= 100; round += 1) {
        if (round > 1)
          await db.read
            .run(sql`with changed as (update findings set event_count = ${round}, revision = ${round} returning id)
          insert into finding_claims (finding_id, revision) select id, ${round} from changed`);
        if (round % 10 === 0)
          do turns += 1;
          while (await running.turn());
      }
      const { incident } = await only();
      expect(incident).toMatchObject({ finding_count: 1_000, event_count: 100_000 });
      // 25 statements a turn at most, whatever the number of findings in it.
      expect(statements).toBeLessThan(25 * (turns + 10));
      const { count } = await db.read.one(
        z.object({ count: z.number() }),
        sql`select count(*) from ledger_entries where incident_id = ${incident.id}`,
      );
      expect(count).toBeLessThanOrEqual(turns);
    },
  );
});
