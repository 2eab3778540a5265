import { expect, it } from 'vitest';
import { findingOf, subject } from '../../../test/findings.ts';
import { attackOf } from './attack.ts';

const at = Date.UTC(2026, 10, 21, 12);
const seen = (
  name: string,
  ms: number,
  rule_id: string,
  source = 'live',
  value = '2a00::1',
  role: 'actor' | 'target' = 'actor',
) => findingOf(name, at + ms, [subject('ip', role, value)], { rule_id, source_ids: [source] });
const of = (...findings: ReturnType<typeof seen>[]) =>
  Object.fromEntries(
    [
      ...attackOf(
        findings,
        { target: '2a00::/64', ruleIds: ['a', 'b'], firstSeenAt: new Date(at) },
        (id) => id === 'replay',
      ).rules,
    ].map(([rule, last]) => [rule, last && last.getTime() - at]),
  );

it('is as fresh as the last live event of each rule that names the target as actor', () => {
  expect(of(seen('1', 0, 'a'), seen('2', 5, 'a'), seen('3', 3, 'a'), seen('4', 9, 'b', 'replay'))).toEqual({
    a: 5,
    b: undefined,
  });
  expect(of(seen('1', 0, 'a'), seen('2', 5, 'a', 'replay'))).toEqual({ a: 0 });
  expect(
    of(seen('1', 0, 'c'), seen('2', 0, 'a', 'live', '2a00:0:0:1::1'), seen('3', 0, 'a', 'live', '2a00::1', 'target')),
  ).toEqual({});
});
