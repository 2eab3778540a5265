import { expect, it } from 'vitest';
import { openView } from './open-view.ts';

it('keeps what the record has, and of two values the first', () => {
  const { view, put } = openView({ a: 1, b: undefined });
  for (const [name, value] of [
    ['a', 2],
    ['b', 2],
    ['c', 3],
    ['c', 4],
    ['d', undefined],
    ['e', []],
  ] as const)
    put(name, value);
  expect(view).toEqual({ a: 1, b: undefined, c: 3 });
});

it('takes no prototype from a sender', () => {
  const { view, put } = openView({});
  put('__proto__', { admin: true });
  expect(view['admin']).toBeUndefined();
  expect(Object.getPrototypeOf(view)).toBe(Object.prototype);
});
