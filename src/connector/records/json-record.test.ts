import { describe, expect, it } from 'vitest';
import { growth, repeated } from '../../../test/hostile.ts';
import { readJsonRecord } from './json-record.ts';

describe('readJsonRecord', () => {
  it.each(['', 'x', '[1]', '"a"', 'null', '{"a":', '{"a":1}x', '{"a":1}{"b":2}'])('refuses %j', (line) => {
    expect(readJsonRecord(line)).toBeUndefined();
  });

  it('reads an object, also after a byte order mark', () => {
    expect(readJsonRecord(' {"a":1}')).toEqual({ a: 1 });
    expect(readJsonRecord('\uFEFF{"a":1}')).toEqual({ a: 1 });
  });

  it('refuses what is nested more than 64 deep, but not brackets in text', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(readJsonRecord(nested(64))).toBeDefined();
    expect(readJsonRecord(nested(65))).toBeUndefined();
    expect(readJsonRecord(JSON.stringify({ a: '[{"\\'.repeat(500) }))).toBeDefined();
  });

  it('leaves prototypes alone', () => {
    const record = readJsonRecord('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
    expect(Object.keys(record ?? {})).toEqual(['__proto__', 'constructor']);
  });

  it('grows with the length only', () => {
    expect(growth(readJsonRecord, repeated('[', '{"a":'))).toBeLessThan(40);
    expect(growth(readJsonRecord, repeated('\\"', '{"a":"', '"}'))).toBeLessThan(40);
  });
});
