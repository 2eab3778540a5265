import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { canonicalAddress, canonicalRange, familyOf } from '../base/address.ts';

/** A range that is never contained, and why. */
export interface Protection {
  range: string;
  reason: string;
}

/** Compiled in: no setting takes these away. Checked when deciding and again, last, in the enforcer. */
export const compiledProtection: readonly Protection[] = [
  { range: '0.0.0.0/8', reason: 'it is "this network" (RFC 1122), nobody in particular' },
  { range: '127.0.0.0/8', reason: 'it is loopback: this machine itself' },
  { range: '169.254.0.0/16', reason: 'it is link-local, where cloud metadata services live' },
  { range: '224.0.0.0/4', reason: 'it is multicast' },
  { range: '240.0.0.0/4', reason: 'it is reserved or broadcast' },
  { range: '100.100.100.200/32', reason: 'it is a cloud metadata service' },
  { range: '168.63.129.16/32', reason: 'it is the platform address of a cloud (DHCP, DNS, health)' },
  { range: '::/127', reason: 'it is unspecified or loopback' },
  { range: 'fe80::/10', reason: 'it is link-local: neighbours and routers' },
  { range: 'ff00::/8', reason: 'it is multicast' },
  { range: 'fd00:ec2::254/128', reason: 'it is a cloud metadata service' },
];

/** First and last address as numbers; 4 and 6 never meet. */
type Bounds = { family: 4; first: number; last: number } | { family: 6; first: bigint; last: bigint };

function boundsOf(target: string): Bounds {
  const slash = target.indexOf('/');
  const address = slash === -1 ? target : target.slice(0, slash);
  const family = familyOf(address);
  const bits = family === 4 ? 32 : 128;
  const hostBits = bits - (slash === -1 ? bits : Number(target.slice(slash + 1)));
  if (family === 4) {
    const size = 2 ** hostBits;
    const first = Math.floor(numberOf4(address) / size) * size;
    return { family, first, last: first + size - 1 };
  }
  const wide = BigInt(hostBits);
  const first = (numberOf6(address) >> wide) << wide;
  return { family, first, last: first + (1n << wide) - 1n };
}

const dot = '.'.charCodeAt(0);
const zero = '0'.charCodeAt(0);

function numberOf4(address: string): number {
  let sum = 0;
  let octet = 0;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    if (code === dot) {
      sum = sum * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - zero;
  }
  return sum * 256 + octet;
}

function numberOf6(address: string): bigint {
  // Canonical text has at most one "::" and, for mapped addresses, no dotted part (they are written as IPv4).
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`);
}

/** Ranges are asked about again and again: their bounds are kept, up to a size. */
const knownBounds = new Map<string, Bounds>();
const mostKnown = 4_096;

function rangeBounds(range: string): Bounds {
  const known = knownBounds.get(range);
  if (known) return known;
  const bounds = boundsOf(range);
  if (knownBounds.size < mostKnown) knownBounds.set(range, bounds);
  return bounds;
}

function meet(left: Bounds, right: Bounds): boolean {
  if (left.family === 4) return right.family === 4 && left.first <= right.last && right.first <= left.last;
  return right.family === 6 && left.first <= right.last && right.first <= left.last;
}

/** Whether a canonical target and a canonical range have an address in common. */
export function overlaps(target: string, range: string): boolean {
  return meet(boundsOf(target), rangeBounds(range));
}

/** The first of these protections that a target touches; the bounds are at hand for thousands of targets. */
export function protectionFinder(protections: readonly Protection[]): (target: string) => Protection | undefined {
  const bounds = protections.map(({ range }) => rangeBounds(range));
  return (target) => {
    const asked = boundsOf(target);
    for (let index = 0; index < bounds.length; index += 1) {
      const one = bounds[index];
      if (one && meet(asked, one)) return protections[index];
    }
    return undefined;
  };
}

/** The first protection that a target touches. */
export function protectionOf(target: string, protections: readonly Protection[]): Protection | undefined {
  const bounds = boundsOf(target);
  return protections.find(({ range }) => meet(bounds, rangeBounds(range)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Default gateways of /proc/net/route (little-endian hex) and /proc/net/ipv6_route. */
function gateways(): string[] {
  const found: string[] = [];
  for (const line of readText('/proc/net/route').split('\n').slice(1)) {
    const gateway = line.split('\t')[2] ?? '';
    if (!/^[0-9A-F]{8}$/.test(gateway) || gateway === '00000000') continue;
    found.push([...Buffer.from(gateway, 'hex')].reverse().join('.'));
  }
  for (const line of readText('/proc/net/ipv6_route').split('\n')) {
    const gateway = line.split(/\s+/)[4] ?? '';
    if (/^[0-9a-f]{32}$/.test(gateway) && !/^0+$/.test(gateway)) found.push((gateway.match(/.{4}/g) ?? []).join(':'));
  }
  return found;
}

function words(path: string, keyword: RegExp): string[] {
  return readText(path)
    .split('\n')
    .filter((line) => keyword.test(line))
    .flatMap((line) =>
      line
        .replace(/[#;].*$/, '')
        .split(/[\s=,]+/)
        .slice(1),
    );
}

/**
 * What this host depends on, read now: its own addresses, gateways, resolvers and time servers that are given as addresses.
 * What cannot be read is left out; names are not resolved (an answer of DNS could be chosen by somebody else).
 */
export function readHostProtection(): Protection[] {
  const named: readonly (readonly [reason: string, values: readonly string[]])[] = [
    [
      'it is an address of this machine',
      Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
    ],
    ['it is the gateway of this machine', gateways()],
    [
      'it is the resolver of this machine',
      ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'].flatMap((path) => words(path, /^\s*nameserver\s/)),
    ],
    [
      'it is the time server of this machine',
      [
        ...['/etc/chrony/chrony.conf', '/etc/chrony.conf', '/etc/ntp.conf', '/etc/ntpsec/ntp.conf'].flatMap((path) =>
          words(path, /^\s*(?:server|pool|peer)\s/),
        ),
        ...words('/etc/systemd/timesyncd.conf', /^\s*(?:NTP|FallbackNTP)=/),
      ],
    ],
  ];
  return named.flatMap(([reason, values]) =>
    values.flatMap((value) => {
      const address = canonicalAddress(value);
      const range = address && canonicalRange(address);
      return range ? [{ range, reason }] : [];
    }),
  );
}
