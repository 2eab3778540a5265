import { readFileSync } from 'node:fs';
import { canonicalAddress } from '../base/address.ts';

/** utmp(5) as glibc lays it out; 32-bit times on x86-64, 64-bit ones on arm64. */
const layouts: Readonly<Record<string, { sizeBytes: number; address: number }>> = {
  x64: { sizeBytes: 384, address: 348 },
  arm64: { sizeBytes: 400, address: 360 },
};
const userProcess = 7;

/** Addresses that people are signed in from on this host, of the records of utmp. Pure. */
export function signedInAddresses(records: Buffer, arch: string): string[] {
  const layout = layouts[arch];
  if (!layout) return [];
  const found = new Set<string>();
  for (let at = 0; at + layout.sizeBytes <= records.length; at += layout.sizeBytes) {
    if (records.readInt16LE(at) !== userProcess) continue;
    const bytes = records.subarray(at + layout.address, at + layout.address + 16);
    // An IPv4 address stands in the first four bytes, the rest is zero.
    const isIPv4 = bytes.subarray(4).every((byte) => byte === 0);
    const text = isIPv4 ? [...bytes.subarray(0, 4)].join('.') : (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
    const address = canonicalAddress(text);
    if (address !== undefined && address !== '0.0.0.0') found.add(address);
  }
  return [...found];
}

/**
 * From where administrators work on this host now: sign-ins that utmp names, and the SSH connection this process was started
 * over (`sshConnection`: the value of SSH_CONNECTION). Hosts without utmp name only the latter.
 */
export function readSignedIn(sshConnection: string | undefined): string[] {
  const started = canonicalAddress(sshConnection?.split(' ')[0] ?? '');
  let records = Buffer.alloc(0);
  try {
    records = readFileSync('/run/utmp');
  } catch {
    // None here: systemd 255 and later keep sessions elsewhere.
  }
  return [...new Set([...(started === undefined ? [] : [started]), ...signedInAddresses(records, process.arch)])];
}
