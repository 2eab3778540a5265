import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { canonicalRange, familyOf, isInRange } from '../base/address.ts';
import { canonicalTarget } from './enforcer-wire.ts';
import { compiledProtection, overlaps, protectionOf, readHostProtection } from './protection.ts';

const anyRange = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    fc.tuple(fc.constantFrom('::', '::1', 'fe80::', 'ff00::1:2', '2001:db8::'), fc.integer({ min: 0, max: 128 })),
  )
  .map(([address, prefix]) => canonicalRange(`${address}/${prefix}`))
  .filter((range) => range !== undefined);

it('finds an overlap exactly where the addresses say so', () => {
  const network = (range: string) => range.split('/')[0] ?? '';
  fc.assert(
    fc.property(anyRange, anyRange, (left, right) => {
      const expected =
        familyOf(network(left)) === familyOf(network(right)) &&
        (isInRange(network(left), right) || isInRange(network(right), left));
      expect(overlaps(left, right)).toBe(expected);
      expect(overlaps(canonicalTarget(left) ?? '', right)).toBe(expected);
    }),
    {
      numRuns: 2_000,
      examples: [
        ['0.0.0.0/0', '127.0.0.1/32'],
        ['::/0', '::1/128'],
        ['fe80::/10', 'fe80::1/128'],
      ],
    },
  );
});

it('compiles in what must never be denied', () => {
  for (const address of [
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.251',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'ff02::1',
    'fd00:ec2::254',
  ])
    expect(protectionOf(address, compiledProtection), address).toBeDefined();
  for (const address of ['203.0.113.1', '8.8.8.8', '2001:db8::1', '2a00:1450:4001:830::200e'])
    expect(protectionOf(address, compiledProtection), address).toBeUndefined();
});

it('knows the addresses of this host and what it depends on', () => {
  const ranges = readHostProtection();
  expect(ranges).toContainEqual({ range: '127.0.0.1/32', reason: 'it is an address of this machine' });
  const resolver = /^nameserver\s+(\d+\.\d+\.\d+\.\d+)/m.exec(readFileSync('/etc/resolv.conf', 'utf8'))?.[1];
  if (resolver !== undefined) expect(ranges.map(({ range }) => range)).toContain(`${resolver}/32`);
});
