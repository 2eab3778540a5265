import { describe, expect, it } from 'vitest';
import { readContext } from '../../../test/hostile.ts';
import { readJsonRecord, type JsonRecord } from './json-record.ts';
import { recordFormat } from './record-format.ts';

const feeds = [{ product: 'door' }];
const format = recordFormat<JsonRecord>({
  name: 'door',
  title: 'Doors',
  feeds,
  record: (line) => (readJsonRecord(line)?.['door'] === undefined ? undefined : readJsonRecord(line)),
  isSure: ({ door }) => door === 'front',
  time: ({ at }) => (typeof at === 'number' ? at : undefined),
  view: (record) => ({ ...record, seen: true }),
  subjects: (list, { from, to }, view) => {
    list.add('ip', from, 'actor', 'from', 'structured');
    list.add('ip', to, 'target', 'to', view['seen'] === true ? 'structured' : 'free');
  },
  logon: ({ from, who }) => ({ address: from, user: who }),
  toOcsf: ({ door }, time, line) => ({ door, time, line }),
});
const behindProxy = { ...readContext, trustedProxies: ['192.0.2.0/24'] };
const lineOf = (record: JsonRecord): string => JSON.stringify({ door: 'front', ...record });

describe('recordFormat', () => {
  it('is sure, in doubt, or not asked, as its reader says', () => {
    expect([lineOf({}), '{"door":"back"}', '{"a":1}', 'door'].map((line) => format.recognise(line))).toEqual([
      2, 1, 0, 0,
    ]);
    expect(format.read('{"a":1}', readContext)).toBeUndefined();
  });

  it('leaves out what the record does not have, and takes the arrival for a missing time', () => {
    const read = format.read(lineOf({}), readContext);
    expect(Object.keys(read ?? {}).toSorted()).toEqual(['logsources', 'subjects', 'toOcsf', 'view']);
    expect(read?.logsources).toBe(feeds);
    expect(read?.toOcsf()).toEqual({ door: 'front', time: readContext.receivedAt, line: lineOf({}) });
    expect(format.read(lineOf({ at: 5 }), readContext)?.time).toBe(5);
  });

  it('takes a logon only from an address that is no proxy, and with a name', () => {
    const logonOf = (record: JsonRecord) => format.read(lineOf(record), behindProxy)?.logon;
    expect(logonOf({ from: '203.0.113.9:443', who: 'ada' })).toEqual({ address: '203.0.113.9', user: 'ada' });
    for (const record of [
      { from: '192.0.2.7', who: 'ada' },
      { from: 'AWS Internal', who: 'ada' },
      { from: '203.0.113.9', who: '' },
      { from: '203.0.113.9', who: ['ada'] },
      { who: 'ada' },
    ])
      expect(logonOf(record)).toBeUndefined();
  });

  it('has a proxy as an intermediary, whatever its part', () => {
    const read = format.read(lineOf({ from: '192.0.2.7', to: '192.0.2.8' }), behindProxy);
    expect(read?.subjects.map(({ role }) => role)).toEqual(['intermediary', 'intermediary']);
  });
});
