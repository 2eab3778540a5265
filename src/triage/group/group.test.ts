import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingOf, subject } from '../../../test/findings.ts';
import type { Finding } from '../../schema/finding.ts';
import { viewOf } from './finding-view.ts';
import { defaultSettings, group, type Placement } from './group.ts';
import { entityKey, type Known } from './known.ts';
import { weightOf } from './weight.ts';

const at = 1_700_000_000_000;
const nothing = (): Known => ({
  membership: new Map(),
  counted: new Map(),
  pairs: new Map(),
  former: new Map(),
  incidents: new Map(),
  entities: new Map(),
  sharedBy: new Map(),
  assets: new Map(),
  ruleVerdicts: [],
  lastNumbers: new Map(),
});

function grouped(findings: readonly Finding[], known = nothing()): Placement[] {
  let made = 0;
  return group(findings, known, at, () => `incident ${(made += 1)}`);
}

describe('whom an incident is about', () => {
  const about = (...subjects: Parameters<typeof subject>[]) => {
    const { type, value } = viewOf(
      findingOf(
        'a',
        at,
        subjects.map((one) => subject(...one)),
      ),
    ).about;
    return `${type} ${value}`;
  };

  test('[T1] public actor, acting account, acting host, private actor, victims, targets, the rule', () => {
    const all: Parameters<typeof subject>[] = [
      ['ip', 'actor', '203.0.113.7'],
      ['user', 'actor', 'ann'],
      ['host', 'actor', 'PC1'],
      ['host', 'victim', 'web1'],
      ['user', 'victim', 'root'],
      ['ip', 'target', '10.0.0.1'],
    ];
    const expected = ['ip 203.0.113.7', 'user ann', 'host pc1', 'host web1', 'user root', 'ip 10.0.0.1'];
    all.forEach((_, index) => expect(about(...all.slice(index))).toBe(expected[index]));
    expect(about(['ip', 'actor', '10.9.9.9'], ['host', 'victim', 'web1'])).toBe('ip 10.9.9.9');
    expect(about(['ip', 'intermediary', '203.0.113.7'])).toBe('rule rule-ssh-brute-force');
    expect(about()).toBe('rule rule-ssh-brute-force');
  });

  test('[T2] several sources against one victim are about the victim', () => {
    const spray: Parameters<typeof subject>[] = [
      ['ip', 'actor', '203.0.113.7'],
      ['ip', 'actor', '203.0.113.8'],
      ['user', 'victim', 'root'],
    ];
    expect(about(...spray)).toBe('user root');
    expect(about(...spray, ['user', 'victim', 'ann'])).toBe('ip 203.0.113.7');
  });

  test('[T3] free text and unauthenticated values come last', () => {
    expect(about(['ip', 'actor', '203.0.113.7', { field_trust: 'free' }], ['user', 'victim', 'root'])).toBe(
      'user root',
    );
    expect(about(['ip', 'actor', '203.0.113.7', { channel_trust: 'unauthenticated' }])).toBe('ip 203.0.113.7');
  });

  test('values that are no address stay text and break nothing', () => {
    expect(about(['ip', 'actor', 'not an address'])).toBe('ip not an address');
  });
});

describe('the weight of a shared entity', () => {
  const entity = (
    type: string,
    role: 'actor' | 'victim' | 'target' | 'intermediary',
    value: string,
    isTrusted = true,
  ) => ({ type, role, value, isTrusted });
  const weight = (
    of: ReturnType<typeof entity>,
    roleThere: string,
    more: { sharedBy?: number; assetRoles?: string[] } = {},
  ) => weightOf({ entity: of, roleThere, sharedBy: 1, assetRoles: [], ...more });

  test('[T10] to [T15]', () => {
    const source = entity('ip', 'actor', '203.0.113.7');
    expect(weight(source, 'actor')).toBe(1);
    expect(weight(entity('ip', 'actor', '203.0.113.7', false), 'actor')).toBe(0);
    expect(weight(source, 'actor', { assetRoles: ['vpn'] })).toBe(0);
    expect(weight(source, 'intermediary')).toBe(0);
    expect(weight(entity('ip', 'actor', '10.0.0.7'), 'actor')).toBe(0.7);
    expect(weight(entity('user', 'actor', 'root'), 'victim')).toBe(0.8);
    expect(weight(entity('ip', 'actor', '203.0.113.7'), 'victim')).toBe(0);
    expect(weight(entity('host', 'victim', 'web1'), 'target')).toBe(0.3);
    expect(weight(source, 'actor', { sharedBy: 2 })).toBe(0.5);
  });
});

describe('grouping', () => {
  const source = (name: string, value: string, more: Partial<Finding> = {}) =>
    findingOf(name, at, [subject('ip', 'actor', value)], more);

  test('[T20] to [T24] a finding stays, joins its pair, reopens, joins by weight, or opens', () => {
    const known = nothing();
    const again = source('again', '203.0.113.1');
    known.membership.set(again.id, 'incident old');
    known.counted.set(again.id, 1);
    const pair = (value: string) => JSON.stringify(['default', 'default', 'ip', value, 'ssh-guessing']);
    known.former.set(pair('203.0.113.2'), {
      id: 'incident resolved',
      status: 'resolved',
      resolved_at: at - 60_000,
      verdict: null,
    });
    known.former.set(pair('203.0.113.3'), {
      id: 'incident long',
      status: 'resolved',
      resolved_at: at - defaultSettings.reopenWindowMs,
      verdict: null,
    });
    const placed = grouped(
      [
        again,
        source('two', '203.0.113.2'),
        source('three', '203.0.113.3'),
        source('pair', '203.0.113.3'),
        source('weight', '203.0.113.3', { cause: 'web-scan' }),
      ],
      known,
    );
    expect(placed.map((one) => [one.how, one.incidentId, one.newEvents])).toEqual([
      ['fires_again', 'incident old', 0],
      ['reopens', 'incident resolved', 1],
      ['opens', 'incident 1', 1],
      ['joins', 'incident 1', 1],
      ['joins', 'incident 1', 1],
    ]);
    expect(placed[2]?.former?.id).toBe('incident long');
  });

  test('[T14] two sources against the same machines and accounts are two incidents', () => {
    const victims = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => [
      subject('user', 'victim', name),
      subject('host', 'victim', name),
    ]);
    const placed = grouped(
      ['203.0.113.1', '203.0.113.2'].map((ip) => findingOf(ip, at, [subject('ip', 'actor', ip), ...victims])),
    );
    expect(placed.map((one) => one.incidentId)).toEqual(['incident 1', 'incident 2']);
  });

  test('[T15] an account that is in many incidents ties nothing more', () => {
    const known = nothing();
    const admin = subject('user', 'actor', 'admin');
    for (const id of ['x', 'y', 'z']) {
      known.incidents.set(id, {
        id,
        tenant_id: 'default',
        site_id: 'default',
        is_demonstration: false,
        finding_count: 1,
      });
      const key = entityKey({ tenant_id: 'default', site_id: 'default' }, admin);
      const there = {
        incident_id: id,
        type: 'user',
        value: 'admin',
        role: 'actor',
        first_seen_at: at,
        last_seen_at: at,
        last_finding_id: 'f',
      };
      known.entities.set(key, [...(known.entities.get(key) ?? []), there]);
      known.sharedBy.set(key, (known.sharedBy.get(key) ?? 0) + 1);
    }
    expect(grouped([findingOf('a', at, [admin])], known)[0]?.how).toBe('opens');
  });

  test('an incident that is very large takes only what has its own entity and cause', () => {
    const known = nothing();
    grouped([source('first', '203.0.113.7')], known);
    const incident = known.incidents.get('incident 1');
    if (incident) incident.finding_count = defaultSettings.maxJoinedFindings;
    const placed = group(
      [source('other', '203.0.113.7', { cause: 'web-scan' }), source('same', '203.0.113.7')],
      known,
      at,
      () => 'incident new',
    );
    expect(placed.map((one) => one.incidentId)).toEqual(['incident new', 'incident 1']);
  });

  test('whatever comes in whatever order: one open incident per entity and cause, and every event is counted once', () => {
    const finding = fc.record({
      name: fc.integer({ min: 0, max: 6 }),
      ip: fc.integer({ min: 1, max: 4 }),
      cause: fc.constantFrom('a', 'b'),
      events: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(finding, { maxLength: 6 }), { maxLength: 6 }), (batches) => {
        const known = nothing();
        const counted = new Map<string, number>();
        const most = new Map<string, number>();
        const holders = new Map<string, string>();
        let made = 0;
        for (const batch of batches) {
          // A claim gives each finding once a batch, as it is now: its id says what it is about.
          const findings = [...new Map(batch.map((one) => [`${one.name} ${one.ip} ${one.cause}`, one]))].map(
            ([id, one]) => {
              most.set(id, Math.max(most.get(id) ?? 0, one.events));
              return source(id, `203.0.113.${one.ip}`, { cause: one.cause, event_count: most.get(id) ?? 0 });
            },
          );
          for (const placed of group(findings, known, at, () => `incident ${(made += 1)}`)) {
            counted.set(placed.finding.id, (counted.get(placed.finding.id) ?? 0) + placed.newEvents);
            const pair = `${placed.view.about.value} ${placed.finding.cause}`;
            expect(holders.get(pair) ?? placed.incidentId).toBe(placed.incidentId);
            holders.set(pair, placed.incidentId);
          }
        }
        expect([...counted.values()].reduce((sum, count) => sum + count, 0)).toBe(
          [...most.values()].reduce((sum, count) => sum + count, 0),
        );
      }),
    );
  });
});
