import { expect, test } from 'vitest';
import { idFrom, newId } from './ids.ts';

test('ids of one millisecond sort in the order they were made, those of a later one behind', () => {
  const ids = [
    ...Array.from({ length: 500 }, () => newId('note', 1_700_000_000_000)),
    newId('note', 1_700_000_000_001),
  ];
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(501);
  expect(ids[0]).toMatch(/^note--[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('the same words give the same id, and parts cannot run into each other', () => {
  expect(idFrom('execution', 'a', 'b')).toBe(idFrom('execution', 'a', 'b'));
  expect(idFrom('execution', 'ab', '')).not.toBe(idFrom('execution', 'a', 'b'));
});
