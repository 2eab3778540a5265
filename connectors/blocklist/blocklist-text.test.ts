import { expect, it } from 'vitest';
import { blocklistText } from './blocklist-text.ts';

const entry = (target: string, priority = 0, expiresAt = 2_000) => ({ target, priority, expiresAt });

it('writes one target a line, sorted, without what is over or twice', () => {
  const list = blocklistText(
    [
      entry('203.0.113.9'),
      entry('203.0.113.1'),
      entry('203.0.113.9'),
      entry('203.0.113.5', 0, 999),
      entry('2001:db8::/64'),
    ],
    { nowMs: 1_000, cap: 10 },
  );
  expect(list.text).toBe('2001:db8::/64\n203.0.113.1\n203.0.113.9\n');
});

it('keeps the highest priority when it is capped, and says what it left out', () => {
  const list = blocklistText([entry('203.0.113.1', 1), entry('203.0.113.2', 3), entry('203.0.113.3', 2)], {
    nowMs: 0,
    cap: 2,
  });
  expect(list).toMatchObject({ targets: ['203.0.113.2', '203.0.113.3'], leftOut: 1 });
});

it('gives families apart, and an ETag that follows the text alone', () => {
  const entries = [entry('203.0.113.1'), entry('2001:db8::/64')];
  expect(blocklistText(entries, { nowMs: 0, cap: 9, family: 6 }).text).toBe('2001:db8::/64\n');
  const a = blocklistText(entries, { nowMs: 0, cap: 9 }).etag;
  expect(blocklistText([...entries].reverse(), { nowMs: 1, cap: 9 }).etag).toBe(a);
  expect(blocklistText(entries.slice(1), { nowMs: 0, cap: 9 }).etag).not.toBe(a);
  expect(a).toMatch(/^"[\w-]{43}"$/);
});
