import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What the kernel says of one bound UDP socket. */
export interface KernelSocket {
  /** Datagrams dropped because its buffer was full. */
  drops: number;
  /** Bytes that wait to be read. */
  queuedBytes: number;
}

/** The socket bound to this address and port, from /proc/net/udp and udp6 (man 5 proc_net); undefined where there is none. */
export async function readKernelSocket(address: string, port: number): Promise<KernelSocket | undefined> {
  const table = await readFile(isIPv6(address) ? '/proc/net/udp6' : '/proc/net/udp', 'latin1').catch(() => undefined);
  return table === undefined ? undefined : kernelSocketIn(table, address, port);
}

/** The row of the socket in such a table. */
export function kernelSocketIn(table: string, address: string, port: number): KernelSocket | undefined {
  const local = `${kernelAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] !== local) continue;
    return { drops: Number(columns.at(-1)), queuedBytes: parseInt(columns[4]?.split(':')[1] ?? '0', 16) };
  }
  return undefined;
}

/** The kernel writes each 32-bit word of an address in the order of the machine: little-endian on those we run on. */
function kernelAddress(address: string): string {
  const bytes = Buffer.from(ipaddr.parse(address).toByteArray());
  return bytes.swap32().toString('hex').toUpperCase();
}
