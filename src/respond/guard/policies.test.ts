import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPolicies, type PolicyInput } from './policies.ts';

const shipped = join(import.meta.dirname, '../../../content/policies');
const dirs: string[] = [];
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

/** The shipped schema with these policies. */
function withPolicies(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'fb-policies-'));
  dirs.push(dir);
  copyFileSync(join(shipped, 'firebreak.cedarschema'), join(dir, 'firebreak.cedarschema'));
  writeFileSync(join(dir, 'own.cedar'), text);
  return dir;
}

function asked(change: Partial<PolicyInput['request']> = {}, more: Partial<PolicyInput> = {}): PolicyInput {
  return {
    request: {
      tenantId: 'default',
      siteId: 'default',
      kind: 'deny-address',
      target: '203.0.113.66',
      requestedBy: 'system:respond',
      ruleId: 'rule-1',
      severityId: 4,
      durationS: 600,
      reason: 'test',
      isDemonstration: false,
      ...change,
    },
    facts: { assetTags: [], earlierContainments: 0, isApproved: false },
    target: '203.0.113.66',
    durationS: 600,
    prefix: 32,
    family: 4,
    ...more,
  };
}

const permit = '@id("all") permit (principal, action, resource);';

describe('the shipped policies', () => {
  const policies = loadPolicies([shipped]);

  it.each([
    ['an address by a rule', asked(), 'allow'],
    ['a range by a rule', asked({ kind: 'deny-range' }), 'approval'],
    ['a range by a person', asked({ kind: 'deny-range', requestedBy: 'user--1' }), 'allow'],
    ['more than a week', asked({}, { durationS: 604_801 }), 'deny'],
    [
      'a partner',
      asked({}, { facts: { assetTags: ['partner'], earlierContainments: 0, isApproved: false } }),
      'approval',
    ],
    [
      'a partner, approved',
      asked({}, { facts: { assetTags: ['partner'], earlierContainments: 0, isApproved: true } }),
      'allow',
    ],
  ] as const)('answer %s', (_name, input, outcome) => {
    expect(policies.evaluate(input).outcome).toBe(outcome);
  });
});

describe('policies of the owner', () => {
  it('deny when a forbid errs, although Cedar itself would skip it', () => {
    const policies = loadPolicies([
      withPolicies(`${permit}
      @id("overflows") forbid (principal, action, resource) when { context.rule_id != "" && context.duration_s * 9223372036854775807 < 0 };`),
    ]);
    expect(policies.evaluate(asked())).toMatchObject({ outcome: 'deny', reason: expect.stringContaining('overflows') });
  });

  it('deny what nothing permits, and what no schema knows', () => {
    const none = loadPolicies([withPolicies('@id("no") forbid (principal, action, resource);')]);
    expect(none.evaluate(asked()).outcome).toBe('deny');
    const all = loadPolicies([withPolicies(permit)]);
    expect(all.evaluate(asked({ kind: 'delete-everything' as never })).outcome).toBe('deny');
  });

  it.each([
    ['a misspelt attribute', `${permit} forbid (principal, action, resource) when { context.severty > 3 };`],
    ['no Cedar', 'permit everything please'],
    ['one id twice', `${permit} ${permit}`],
    [
      'one that errs already in the self-test',
      `${permit} forbid (principal, action, resource) when { context.duration_s * 9223372036854775807 < 0 };`,
    ],
    ['a template', 'permit (principal == ?principal, action, resource);'],
  ])('are refused at load with the file: %s', (_name, text) => {
    expect(() => loadPolicies([withPolicies(text)])).toThrow(
      expect.objectContaining({
        code: 'RESPOND.POLICY_INVALID',
        message: expect.stringMatching(/fb-policies-|overflow/),
      }),
    );
  });

  it('need a schema', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fb-policies-'));
    dirs.push(dir);
    expect(() => loadPolicies([dir])).toThrow(expect.objectContaining({ code: 'RESPOND.POLICY_INVALID' }));
  });
});
