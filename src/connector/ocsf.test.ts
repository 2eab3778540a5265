import { describe, expect, it } from 'vitest';
import { fieldsOf, integerOf, ocsfEvent } from './ocsf.ts';

const head = {
  classUid: 4001,
  activityId: 6,
  severityId: 1,
  time: 1,
  product: { name: 'x', vendor_name: 'y' },
  rawData: 'line',
};

describe('ocsfEvent', () => {
  it('computes category and type, and finds observables where they stand', () => {
    const event = ocsfEvent(head, { src_endpoint: { ip: '203.0.113.77', port: 5 } }, {});
    expect(event).toEqual({
      class_uid: 4001,
      category_uid: 4,
      activity_id: 6,
      type_uid: 400_106,
      severity_id: 1,
      time: 1,
      metadata: { version: '1.8.0', product: { name: 'x', vendor_name: 'y' } },
      src_endpoint: { ip: '203.0.113.77', port: 5 },
      observables: [{ name: 'src_endpoint.ip', type_id: 2, value: '203.0.113.77' }],
      raw_data: 'line',
    });
  });

  it('leaves out what is empty at any depth, and keeps false and 0', () => {
    const event = ocsfEvent(head, { a: { b: { c: undefined } }, d: '', e: [{ f: '' }], g: [], h: false, i: 0 }, {});
    expect(Object.keys(event).filter((name) => name.length === 1)).toEqual(['h', 'i']);
  });
});

describe('fieldsOf', () => {
  const record = { a: 'x', n: '0x10', deep: { b: 1, c: { d: 2 } }, list: [1], 'a.b': 3, empty: {} };

  it('hands out values, and the rest is what nobody took', () => {
    const fields = fieldsOf(record);
    expect([fields.text('a'), fields.integer('n'), fields.text('deep', 'b')]).toEqual(['x', 16, '1']);
    expect(fields.rest()).toEqual({ deep: { c: { d: 2 } }, list: [1], 'a.b': 3, empty: {} });
  });

  it('takes for a port only what is one', () => {
    const fields = fieldsOf({ a: 65_535, b: '22', c: 65_536, d: -1, e: 681_401_373_291_520 });
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => fields.port(name))).toEqual([
      65_535,
      22,
      undefined,
      undefined,
      undefined,
    ]);
    expect(fields.rest()).toEqual({ c: 65_536, d: -1, e: 681_401_373_291_520 });
  });

  it('keeps in the rest what did not fit the asked type', () => {
    const fields = fieldsOf(record);
    expect([fields.integer('a'), fields.text('list'), fields.text('toString')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(fields.rest()).toEqual(record);
  });
});

describe('integerOf', () => {
  it.each([
    ['12', 12],
    ['0x12d8', 0x12d8],
    [-3, -3],
  ])('reads %s', (value, expected) => {
    expect(integerOf(value)).toBe(expected);
  });
  it.each(['', '1.5', 'x', '1e3', 1.5, Number.NaN, true, undefined, '99999999999999999999'])('refuses %s', (value) => {
    expect(integerOf(value)).toBeUndefined();
  });
});
