import ipaddr from 'ipaddr.js';

/** Four decimal numbers up to 255 without leading zeros: already canonical, and nearly every address of a log. */
const plainIpv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** An IP address in its one canonical text, IPv4-mapped IPv6 as IPv4; undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  if (plainIpv4.test(text)) return text;
  // ipaddr.js also reads the inet_aton forms ("0x7f.1", "2130706433"); a log or a person that writes them is not naming an address.
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]+(?::\d{1,3}(?:\.\d{1,3}){3})?(?:%[0-9a-zA-Z]+)?)$/.test(text))
    return undefined;
  const bare = text.replace(/%.*$/, '');
  if (/^\d/.test(bare) && !bare.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return undefined;
  if (!ipaddr.isValid(bare)) return undefined;
  return ipaddr.process(bare).toString();
}

export type AddressFamily = 4 | 6;

export function familyOf(address: string): AddressFamily {
  return address.includes(':') ? 6 : 4;
}

/** A range in canonical text `address/prefix` with the host bits cleared; undefined when it is none. A bare address is its /32 or /128. */
export function canonicalRange(text: string): string | undefined {
  const [address = '', prefixText, more] = text.split('/');
  if (more !== undefined) return undefined;
  const canonical = canonicalAddress(address);
  if (!canonical) return undefined;
  const bits = familyOf(canonical) === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return undefined;
  return `${prefix === bits ? canonical : networkOf(canonical, prefix)}/${prefix}`;
}

function networkOf(address: string, prefix: number): string {
  const parsed = ipaddr.parse(address);
  const bytes = parsed.toByteArray();
  for (let index = 0; index < bytes.length; index += 1) {
    const keep = Math.min(8, Math.max(0, prefix - index * 8));
    bytes[index] = (bytes[index] ?? 0) & (0xff << (8 - keep)) & 0xff;
  }
  return ipaddr.fromByteArray(bytes).toString();
}

/** Whether `address` (canonical) lies in `range` (canonical). Families never mix. */
export function isInRange(address: string, range: string): boolean {
  const [network = '', prefix = '0'] = range.split('/');
  return familyOf(address) === familyOf(network) && networkOf(address, Number(prefix)) === network;
}

/** What an address counts as: an IPv4 address is itself, an IPv6 address its /64 (DESIGN §2, Keys). */
export function sourceKeyOf(address: string): string {
  return familyOf(address) === 4 ? address : `${networkOf(address, 64)}/64`;
}

/** True for addresses that can be somebody on the public internet. Documentation ranges count: labs and demonstrations use them. */
export function isPublicAddress(address: string): boolean {
  const kind = ipaddr.parse(address).range();
  return kind === 'unicast' || documentation.some((range) => isInRange(address, range));
}

const documentation = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];
