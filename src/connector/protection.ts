import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { canonicalAddress, canonicalRange, familyOf, isInRange } from '../base/address.ts';

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
  { range: '::ffff:0:0/96', reason: 'it is an IPv4 address written as IPv6' },
];

/** Whether two canonical ranges (or addresses) have an address in common. */
export function overlaps(left: string, right: string): boolean {
  const [leftNetwork = ''] = left.split('/');
  const [rightNetwork = ''] = right.split('/');
  if (familyOf(leftNetwork) !== familyOf(rightNetwork)) return false;
  return isInRange(leftNetwork, asRange(right)) || isInRange(rightNetwork, asRange(left));
}

function asRange(target: string): string {
  return target.includes('/') ? target : `${target}/${familyOf(target) === 4 ? 32 : 128}`;
}

/** The first protection that a target touches. */
export function protectionOf(target: string, protections: readonly Protection[]): Protection | undefined {
  return protections.find(({ range }) => overlaps(target, range));
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
