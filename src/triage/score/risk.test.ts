import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Facts } from './facts.ts';
import { riskOf } from './risk.ts';
import { severityOf } from './severity.ts';
import { titleOf } from './title.ts';

const facts: Facts = {
  worst: 3,
  title: 'SSH brute force',
  findingCount: 1,
  eventCount: 1,
  ruleCount: 1,
  techniqueIds: [],
  victimHosts: 1,
  victimUsers: 1,
  importance: 2,
  importanceOf: null,
  truePositives: 0,
  falsePositives: 0,
  isTrusted: true,
  formerVerdict: null,
};

const points = (more: Partial<Facts>) =>
  Object.fromEntries(riskOf({ ...facts, ...more }).terms.map((term) => [term.name, term.points]));

test('[T30] [T31] severity is the worst finding, and one step more where a vital machine suffers', () => {
  expect([1, 2, 3, 4, 5, 6].map((worst) => severityOf({ worst, importance: 2 }))).toEqual([1, 2, 3, 4, 5, 6]);
  expect([1, 2, 3, 4, 5, 6].map((worst) => severityOf({ worst, importance: 4 }))).toEqual([1, 2, 4, 5, 5, 6]);
});

test('[T40] the score is the sum of the terms, from 0 to 100', () => {
  fc.assert(
    fc.property(
      fc.record({
        worst: fc.integer({ min: 0, max: 6 }),
        eventCount: fc.integer({ min: 0, max: 10 ** 9 }),
        victimHosts: fc.integer({ min: 0, max: 10_000 }),
        importance: fc.integer({ min: 1, max: 4 }),
        importanceOf: fc.constantFrom(null, 'dc1'),
        truePositives: fc.integer({ min: 0, max: 50 }),
        falsePositives: fc.integer({ min: 0, max: 50 }),
        isTrusted: fc.boolean(),
        formerVerdict: fc.constantFrom(null, 'false_positive' as const, 'true_positive' as const),
        techniqueIds: fc.subarray(['T1110.003', 'T1078', 'T1190']),
      }),
      (more) => {
        const { score, terms } = riskOf({ ...facts, ...more });
        const sum = terms.reduce((total, term) => total + term.points, 0);
        expect(score).toBeCloseTo(Math.min(100, Math.max(0, sum)), 5);
        expect(terms.every((term) => term.points !== 0 && Number.isFinite(term.points) && term.reason !== '')).toBe(
          true,
        );
      },
    ),
  );
});

test('[T41] to [T48] every term has the points of its formula', () => {
  expect(points({})).toEqual({ severity: 30 });
  expect([1, 2, 3, 4, 5, 6].map((worst) => points({ worst })['severity'])).toEqual([5, 15, 30, 50, 70, 80]);
  expect(points({ eventCount: 1_000 })['count']).toBe(9);
  expect(points({ eventCount: 10 ** 9 })['count']).toBe(10);
  expect(points({ techniqueIds: ['T1110.001', 'T1078'] })['success_after_failures']).toBe(15);
  expect(points({ techniqueIds: ['T1110.001', 'T10781'] })['success_after_failures']).toBeUndefined();
  expect([1, 2, 3, 4].map((importance) => points({ importance, importanceOf: 'x' })['asset_importance'])).toEqual([
    -5,
    undefined,
    6,
    12,
  ]);
  expect(points({ victimHosts: 4, victimUsers: 2 })['victims']).toBe(8);
  expect(points({ victimHosts: 900 })['victims']).toBe(12);
  expect(points({ falsePositives: 2 })['rule_confidence']).toBeUndefined();
  expect(points({ falsePositives: 3 })['rule_confidence']).toBe(-6);
  expect(points({ truePositives: 8 })['rule_confidence']).toBe(8);
  expect(points({ isTrusted: false })['trust']).toBe(-10);
  expect(points({ formerVerdict: 'false_positive' })['former_verdict']).toBe(-15);
});

test('[T50] the title tells the rule, whom it is about and how many suffer, and stays short', () => {
  const of = { rule: 'Scan', entityType: 'ip', entityValue: '203.0.113.7', victimHosts: 1, victimUsers: 0 };
  expect(titleOf(of)).toBe('Scan from 203.0.113.7');
  expect(titleOf({ ...of, victimHosts: 3, victimUsers: 2 })).toBe('Scan from 203.0.113.7 (3 machines, 2 accounts)');
  expect(titleOf({ ...of, entityType: 'rule' })).toBe('Scan');
  expect(titleOf({ ...of, entityType: 'user', entityValue: '😀'.repeat(500) }).length).toBeLessThan(400);
});
