import { expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { denyScript, placeOf, releaseScript, targetOf } from './script.ts';

it.each([
  ['203.0.113.5', 'address4', '203.0.113.5'],
  ['2001:db8::5', 'address6', '2001:db8::5'],
  ['2001:db8:1:2::/64', 'network6', '2001:db8:1:2::'],
  ['198.51.100.0/25', 'range4_25', '198.51.100.0/25'],
  ['2001:db8::/48', 'range6_48', '2001:db8::/48'],
])('puts %s into %s and reads it back', (target, set, element) => {
  expect(placeOf(target)).toMatchObject({ set, element });
  expect(targetOf(set)?.(element.replace(/\/\d+$/, ''))).toBe(target);
});

it('reads nothing of sets that are not ours', () => {
  expect(targetOf('blackhole')).toBeUndefined();
});

it('refreshes by add, delete, add and only adds what is fresh', () => {
  const denials = [{ target: '203.0.113.5', expiresAt: 10_000 }];
  expect(denyScript(denials, 4_000, true)).toEqual([
    'add element inet firebreak address4 { 203.0.113.5 timeout 6000ms }',
  ]);
  expect(denyScript(denials, 4_000, false).map((line) => line.split(' ')[0])).toEqual(['add', 'delete', 'add']);
});

it('releases idempotently', () => {
  expect(releaseScript(['203.0.113.5', '2001:db8:1:2::/64'])).toEqual([
    'add element inet firebreak address4 { 203.0.113.5 }',
    'delete element inet firebreak address4 { 203.0.113.5 }',
    'add element inet firebreak network6 { 2001:db8:1:2:: }',
    'delete element inet firebreak network6 { 2001:db8:1:2:: }',
  ]);
});

it('reads elements with and without counters, and ranges', () => {
  const elem = (val: unknown) => ({ elem: { val, timeout: 600, expires: 598, counter: { packets: 7, bytes: 420 } } });
  const json = JSON.stringify({
    nftables: [
      { metainfo: {} },
      { set: { name: 'address4', elem: [elem('203.0.113.5'), '203.0.113.6'] } },
      { set: { name: 'range4_24', elem: [elem({ prefix: { addr: '198.51.100.0', len: 24 } })] } },
      { set: { name: 'other', elem: [elem('203.0.113.7')] } },
    ],
  });
  expect(readTable(json, 1_000)).toEqual({
    held: [
      { target: '203.0.113.5', expiresAt: 599_000, droppedPackets: 7 },
      { target: '203.0.113.6' },
      { target: '198.51.100.0/24', expiresAt: 599_000, droppedPackets: 7 },
    ],
    ranges: [{ family: 4, prefix: 24 }],
  });
});
