import { canonicalAddress, canonicalRange, familyOf, isPublicAddress, sourceKeyOf } from '../../base/address.ts';
import { canonicalTarget, compiledProtection, overlaps, protectionOf, type Protection } from '../../connector/index.ts';
import type { ContainmentKind } from '../../schema/containment.ts';

export type TargetCheck =
  | { outcome: 'allowed'; kind: ContainmentKind; target: string; prefix: number; family: 4 | 6 }
  /** Not to be contained, ever; also by a person. */
  | { outcome: 'forbidden'; check: 'target' | 'protected_set' | 'internal_address'; target: string; reason: string };

/** Ranges inside of which somebody else's machine is never denied by its address: lease and NAT decide who that is. */
const internalRanges: readonly Protection[] = [
  { range: '10.0.0.0/8', reason: 'a private address (RFC 1918)' },
  { range: '172.16.0.0/12', reason: 'a private address (RFC 1918)' },
  { range: '192.168.0.0/16', reason: 'a private address (RFC 1918)' },
  { range: '100.64.0.0/10', reason: 'carrier-grade NAT (RFC 6598): many customers share it' },
  { range: '198.18.0.0/15', reason: 'a benchmark network (RFC 2544)' },
  { range: '192.0.0.0/24', reason: 'a protocol assignment (RFC 6890)' },
  { range: 'fc00::/7', reason: 'a unique local address (RFC 4193)' },
  { range: '64:ff9b::/96', reason: 'an IPv4 address behind NAT64' },
];

/**
 * Whether a target may be contained as far as that is known without database and server: its text, the compiled-in set and
 * `protections` (host, owner). An IPv6 source is its /64.
 */
export function checkTarget(text: string, protections: readonly Protection[], asked?: ContainmentKind): TargetCheck {
  const given = canonicalTarget(text.trim());
  if (given === undefined)
    return { outcome: 'forbidden', check: 'target', target: text, reason: 'It is no address and no range.' };
  const isAddress = canonicalAddress(text.trim()) !== undefined || !given.includes('/');
  if (asked === 'deny-address' && !isAddress && !isSourceKey(given))
    return { outcome: 'forbidden', check: 'target', target: given, reason: 'It is a range: ask for deny-range.' };
  // Protected is asked of what was written and of the /64 that would be denied for it.
  const target = isAddress ? (canonicalRange(sourceKeyOf(given)) ?? given) : given;
  const settled = canonicalTarget(target) ?? target;
  const isSource = isAddress || isSourceKey(given);
  const covering =
    protectionOf(settled, compiledProtection) ?? protectionOf(settled, protections) ?? protectionOf(given, protections);
  if (covering)
    return {
      outcome: 'forbidden',
      check: 'protected_set',
      target: settled,
      reason: `${settled} is protected (${covering.range}): ${covering.reason}.`,
    };
  const [network = ''] = settled.split('/');
  const internal = internalRanges.find(({ range }) => overlaps(settled, range));
  if (internal || !isPublicAddress(network))
    return {
      outcome: 'forbidden',
      check: 'internal_address',
      target: settled,
      reason: `${settled} is ${internal?.reason ?? 'no public address'}: internal and shared addresses are never denied. Contain the host or the account behind it.`,
    };
  const family = familyOf(network);
  const prefix = Number(settled.split('/')[1] ?? (family === 4 ? 32 : 128));
  return {
    outcome: 'allowed',
    kind: isSource && asked !== 'deny-range' ? 'deny-address' : 'deny-range',
    target: settled,
    prefix,
    family,
  };
}

function isSourceKey(target: string): boolean {
  return target.endsWith('/64') && target.includes(':');
}
