import { expect, it } from 'vitest';
import { azure } from './format.ts';

it('cuts what an event hub delivers into its records, and nothing else', () => {
  expect(azure.split?.('{"records":[{"a":1},{"b":[2]}]}')).toEqual(['{"a":1}', '{"b":[2]}']);
  for (const line of ['{"time":"x"}', '{"records":{}}', '[]', '{"Records":[{}]}'])
    expect(azure.split?.(line)).toBeUndefined();
});
