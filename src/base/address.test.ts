import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { canonicalAddress, canonicalRange, isInRange, isPublicAddress, sourceKeyOf } from './address.ts';

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['255.255.255.255', '255.255.255.255'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['2001:DB8::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
])('%s is written %s', (text, canonical) => {
  expect(canonicalAddress(text)).toBe(canonical);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.2.3.4',
  '0x7f.1',
  '2130706433',
  '1.2.3.4 ',
  '1.2.3.4/8',
  'localhost',
  ':::',
  '1.2.3.4:22',
])('%j is no address', (text) => {
  expect(canonicalAddress(text)).toBeUndefined();
});

test('the short way for IPv4 agrees with the library', () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300), fc.nat(300)), (parts) => {
      const text = parts.join('.');
      expect(canonicalAddress(text)).toBe(
        ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.parse(text).toString() : undefined,
      );
    }),
  );
});

test('every written form of an IPv6 address has one canonical text', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const canonical = canonicalAddress(text);
      if (canonical !== undefined) expect(canonicalAddress(canonical)).toBe(canonical);
    }),
  );
});

test('a range is its network, whatever host it was written with', () => {
  expect(canonicalRange('10.1.2.3/8')).toBe('10.0.0.0/8');
  expect(canonicalRange('2001:db8::5/32')).toBe('2001:db8::/32');
  expect(canonicalRange('10.1.2.3')).toBe('10.1.2.3/32');
  for (const bad of ['10.1.2.3/33', '10.1.2.3/', '10.1.2.3/-1', '10.0.0.0/8/8', 'x/8'])
    expect(canonicalRange(bad)).toBeUndefined();
  expect(isInRange('10.255.0.1', '10.0.0.0/8')).toBe(true);
  expect(isInRange('11.0.0.1', '10.0.0.0/8')).toBe(false);
  expect(isInRange('::1', '0.0.0.0/0')).toBe(false);
});

test('an IPv6 source counts as its /64', () => {
  expect(sourceKeyOf('2001:db8:1:2:3::4')).toBe('2001:db8:1:2::/64');
  expect(sourceKeyOf('203.0.113.7')).toBe('203.0.113.7');
});

test('private, shared and special addresses are nobody on the internet', () => {
  for (const address of [
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '::1',
    'fd00::1',
    'fe80::1',
    '224.0.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ])
    expect(isPublicAddress(address)).toBe(false);
  for (const address of ['203.0.113.9', '8.8.8.8', '2001:db8::1', '2606:4700::1'])
    expect(isPublicAddress(address)).toBe(true);
});
