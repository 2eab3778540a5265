import { expect, it } from 'vitest';
import { readSignedIn, signedInAddresses } from './signed-in.ts';

function record(type: number, address: number[]): Buffer {
  const bytes = Buffer.alloc(384);
  bytes.writeInt16LE(type, 0);
  Buffer.from(address).copy(bytes, 348);
  return bytes;
}

it('reads who is signed in over the network, and nothing of dead or local sessions', () => {
  const records = Buffer.concat([
    record(7, [203, 0, 113, 9]),
    record(8, [203, 0, 113, 10]),
    record(7, []),
    record(7, [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]),
    Buffer.alloc(20),
  ]);
  expect(signedInAddresses(records, 'x64')).toEqual(['203.0.113.9', '2001:db8::7']);
  expect(signedInAddresses(records, 'riscv64')).toEqual([]);
});

it('counts the connection that it was started over', () => {
  expect(readSignedIn('203.0.113.9 50022 198.51.100.1 22')).toContain('203.0.113.9');
  expect(readSignedIn(undefined)).not.toContain('203.0.113.9');
});
