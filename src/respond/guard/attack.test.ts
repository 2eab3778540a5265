import { expect, it } from 'vitest';
import { findingOf, subject } from '../../../test/findings.ts';
import { attackOf, goesOnAfter } from './attack.ts';

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

it.each([
  // A stamp after the end is after it, whenever it was told.
  { lastSeenMs: 5_401, toldMs: 5_300, isAfter: true },
  // A whole second is any moment of it, so what was told after the end in its second counts.
  { lastSeenMs: 5_000, toldMs: 5_500, isAfter: true },
  { lastSeenMs: 5_000, toldMs: 5_400, isAfter: false },
  { lastSeenMs: 4_000, toldMs: 5_500, isAfter: false },
  // A log that stamps milliseconds is taken at its word.
  { lastSeenMs: 5_399, toldMs: 5_500, isAfter: false },
])('goes on after the end at 5.4 s: seen at $lastSeenMs ms, told at $toldMs ms: $isAfter', (one) => {
  const finding = { ...seen('1', one.lastSeenMs, 'a'), updated_at: new Date(at + one.toldMs) };
  const is = (isReplay: boolean) =>
    goesOnAfter(
      attackOf([finding], { target: '2a00::/64', ruleIds: ['a'], firstSeenAt: new Date(at) }, () => isReplay),
      new Date(at + 5_400),
    );
  expect(is(false)).toBe(one.isAfter);
  expect(is(true), 'replayed').toBe(false);
});
