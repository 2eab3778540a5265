import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiledProtection, overlaps } from '../../connector/index.ts';
import { checkTarget } from './check-target.ts';
import { decide } from './decide.ts';
import type { ContainmentRequest, Facts } from './facts.ts';
import type { Policies } from './policies.ts';

const allowing: Policies = { evaluate: () => ({ outcome: 'allow', reason: 'allowed' }) };

function request(change: Partial<ContainmentRequest> = {}): ContainmentRequest {
  return {
    tenantId: 'default',
    siteId: 'default',
    kind: 'deny-address',
    target: '203.0.113.66',
    subject: { role: 'actor', fieldTrust: 'anchored', channelTrust: 'authenticated' },
    requestedBy: 'system:respond',
    ruleId: 'rule-1',
    severityId: 4,
    durationS: 600,
    reason: 'test',
    isDemonstration: false,
    ...change,
  };
}

function facts(change: Partial<Facts> = {}): Facts {
  return {
    protections: [],
    adminAddresses: [],
    sharedRanges: [],
    assetTags: [],
    othersLogons: 0,
    attackAgeMs: 1_000,
    isReplayed: false,
    stopped: undefined,
    budgets: [{ name: 'an hour', used: 0, limit: 10 }],
    level: 'auto',
    earlierContainments: 0,
    escalationS: [600, 3_600, 86_400],
    maxDurationS: 86_400,
    isApproved: false,
    ...change,
  };
}

const outcome = (r: Partial<ContainmentRequest>, f: Partial<Facts> = {}, policies = allowing) =>
  decide(request(r), facts(f), policies);

describe('decide', () => {
  it('permits an armed rule that aims at a public actor', () => {
    expect(outcome({})).toMatchObject({ outcome: 'permit', target: '203.0.113.66', durationS: 600, escalation: 0 });
  });

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '10.1.2.3',
    '192.168.1.1',
    '100.64.0.7',
    'fd12::1',
    'not an address',
    '1.2.3.4; nft flush ruleset',
    '0x7f.1',
    '',
  ])('never denies %s, also when a person asks', (target) => {
    expect(outcome({ target }).outcome).toBe('forbid');
    expect(decide(request({ target, requestedBy: 'user--1' }), facts({ isApproved: true }), allowing).outcome).toBe(
      'forbid',
    );
  });

  it.each(['127.0.0.1', '169.254.169.254', '100.100.100.200', '168.63.129.16', 'fe80::1', 'fd00:ec2::254'])(
    'forbids %s by the compiled-in set, before anything else is asked',
    (target) => {
      const { steps } = decide(request({ target, requestedBy: 'user--1' }), facts(), allowing);
      expect(steps).toMatchObject([{ check: 'protected_set', outcome: 'forbid' }]);
    },
  );

  it('denies the /64 of an IPv6 source and protects by it', () => {
    expect(outcome({ target: '2a00:1450:4001:830::200e' })).toMatchObject({
      outcome: 'permit',
      target: '2a00:1450:4001:830::/64',
    });
    const own = { range: '2a00:1450:4001:830::5/128', reason: 'it is an address of this machine' };
    expect(outcome({ target: '2a00:1450:4001:830::200e' }, { protections: [own] }).outcome).toBe('forbid');
  });

  it.each(['target', 'victim', 'intermediary'] as const)('refuses a value in the role of %s', (role) => {
    const subject = { role, fieldTrust: 'anchored', channelTrust: 'authenticated' } as const;
    expect(outcome({ subject })).toMatchObject({ outcome: 'forbid' });
  });

  it('never aims by free text', () => {
    const subject = { role: 'actor', fieldTrust: 'free', channelTrust: 'authenticated' } as const;
    expect(decide(request({ subject }), facts({ isApproved: true }), allowing).outcome).toBe('forbid');
  });

  it('only suggests on the word of an unknown sender', () => {
    const subject = { role: 'actor', fieldTrust: 'anchored', channelTrust: 'unauthenticated' } as const;
    expect(outcome({ subject }).outcome).toBe('suggest');
    expect(outcome({ subject }, { level: 'shadow' }).outcome).toBe('shadow');
  });

  it('refuses a rule that names no role', () => {
    const { subject: _none, ...bare } = request();
    expect(decide(bare, facts(), allowing).outcome).toBe('forbid');
    expect(decide({ ...bare, requestedBy: 'cli:root' }, facts(), allowing).outcome).toBe('permit');
  });

  it('never denies what many share', () => {
    expect(outcome({}, { sharedRanges: [{ range: '203.0.113.0/24', reason: 'a proxy' }] }).outcome).toBe('forbid');
  });

  it('asks when others log on from there, and says when that is not known', () => {
    expect(outcome({}, { othersLogons: 3 })).toMatchObject({ outcome: 'needs_approval' });
    expect(outcome({}, { othersLogons: 3, isApproved: true }).outcome).toBe('permit');
    expect(outcome({}, { othersLogons: undefined }).steps).toContainEqual(
      expect.objectContaining({ check: 'collateral', outcome: 'note' }),
    );
  });

  it('is at most shadow by what is old or replayed, but for the demonstration and a person’s yes', () => {
    const old = { attackAgeMs: 15 * 60_000 + 1 };
    for (const stale of [old, { attackAgeMs: undefined, isReplayed: true }]) {
      expect(outcome({}, stale)).toMatchObject({ outcome: 'shadow', level: 'shadow' });
      expect(outcome({}, stale).steps).toContainEqual(expect.objectContaining({ check: 'freshness', outcome: 'note' }));
      expect(outcome({ isDemonstration: true }, stale).outcome).toBe('permit');
      expect(outcome({}, { ...stale, isApproved: true }).outcome).toBe('permit');
    }
    expect(outcome({}, { attackAgeMs: 15 * 60_000 }).outcome).toBe('permit');
    expect(outcome({ requestedBy: 'user--1' }, { attackAgeMs: undefined }).outcome).toBe('permit');
  });

  it('asks before denying where an administrator sits', () => {
    expect(outcome({}, { adminAddresses: ['203.0.113.66/32'] })).toMatchObject({ outcome: 'needs_approval' });
    expect(
      decide(request({ requestedBy: 'user--1' }), facts({ adminAddresses: ['203.0.113.66/32'] }), allowing).outcome,
    ).toBe('needs_approval');
  });

  it('does nothing new while it is stopped, not even for a person', () => {
    expect(outcome({}, { stopped: 'maintenance' }).outcome).toBe('forbid');
    expect(decide(request({ requestedBy: 'user--1' }), facts({ stopped: 'x' }), allowing).outcome).toBe('forbid');
  });

  it('limits ranges by their size', () => {
    const range = (target: string, requestedBy = 'user--1') =>
      decide(request({ kind: 'deny-range', target, requestedBy }), facts(), allowing).outcome;
    expect(range('8.0.0.0/8')).toBe('forbid');
    expect(range('203.0.113.0/24')).toBe('permit');
    expect(range('203.0.113.0/24', 'system:respond')).toBe('needs_approval');
    expect(range('2a00:1450::/32')).toBe('forbid');
    expect(range('0.0.0.0/0')).toBe('forbid');
  });

  it('waits for a person when a budget is spent, and a person’s yes does not lift it', () => {
    const budgets = [{ name: 'an hour', used: 10, limit: 10 }];
    expect(outcome({}, { budgets }).outcome).toBe('needs_approval');
    expect(outcome({}, { budgets, isApproved: true }).outcome).toBe('needs_approval');
  });

  it('obeys the policies', () => {
    const says = (o: 'deny' | 'approval'): Policies => ({ evaluate: () => ({ outcome: o, reason: 'policy' }) });
    expect(outcome({}, {}, says('deny')).outcome).toBe('forbid');
    expect(outcome({}, {}, says('approval')).outcome).toBe('needs_approval');
  });

  it.each([
    ['shadow', 'shadow'],
    ['suggest', 'suggest'],
    ['approve', 'needs_approval'],
    ['auto', 'permit'],
  ] as const)('stops at the ladder: %s gives %s', (level, expected) => {
    expect(outcome({}, { level }).outcome).toBe(expected);
  });

  it('escalates repeat offenders 10 min, 1 h, 24 h and not beyond the maximum', () => {
    const durations = [0, 1, 2, 9].map((earlierContainments) => outcome({}, { earlierContainments }).durationS);
    expect(durations).toEqual([600, 3_600, 86_400, 86_400]);
    expect(outcome({}, { earlierContainments: 5, maxDurationS: 3_600 }).durationS).toBe(3_600);
  });

  it('keeps the order of the steps', () => {
    expect(outcome({}).steps.map(({ check }) => check)).toEqual([
      'protected_set',
      'role_and_trust',
      'freshness',
      'shared_address',
      'collateral',
      'stop_switch',
      'blast_radius',
      'budget',
      'policy',
      'ladder',
    ]);
  });
});

const octet = fc.integer({ min: 0, max: 255 });
const anyTarget = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([a, p]) => `${a}/${p}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([a, p]) => `${a}/${p}`),
  fc.tuple(fc.constantFrom(127, 10, 169, 224, 203), octet, octet, octet).map((parts) => parts.join('.')),
  octet.map((last) => `168.63.129.${last}`),
  fc.constantFrom(
    '168.63.129.16',
    '168.63.129.16/31',
    '::ffff:127.0.0.1',
    '127.1',
    '2130706433',
    '::7f00:1',
    '203.0.113.9/0',
    '203.0.113.9/31',
  ),
  fc.string(),
);

describe('the protected set', () => {
  const runs = Number(process.env['FIREBREAK_FUZZ_RUNS'] ?? 4_000);

  it('is never permitted, whoever asks and whatever is armed', { timeout: 10_000 + runs }, () => {
    let permits = 0;
    fc.assert(
      fc.property(
        anyTarget,
        fc.constantFrom('deny-address', 'deny-range'),
        fc.constantFrom('system:respond', 'user--1', 'cli:root', 'execution--1'),
        fc.array(fc.tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 })), { maxLength: 4 }),
        fc.boolean(),
        (target, kind, requestedBy, owner, isApproved) => {
          const protections = owner.flatMap(([address, prefix]) => {
            const checked = checkTarget(`${address}/${prefix}`, [], 'deny-range');
            return checked.target.includes('/') ? [{ range: checked.target, reason: 'owner' }] : [];
          });
          const decision = decide(request({ target, kind, requestedBy }), facts({ protections, isApproved }), allowing);
          if (decision.outcome !== 'permit') return;
          permits += 1;
          for (const { range } of [...compiledProtection, ...protections])
            expect(overlaps(decision.target, range), `${decision.target} touches ${range}`).toBe(false);
        },
      ),
      { numRuns: runs },
    );
    // The property must not hold for want of permits.
    expect(permits).toBeGreaterThan(runs / 100);
  });
});
