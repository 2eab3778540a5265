import { expect, it } from 'vitest';
import { kernelSocketIn } from './kernel-socket.ts';

const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  101: 0100007F:0202 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 5151 2 0000000000000000 42
  102: 00000000:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5152 2 0000000000000000 7
`;
const table6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  103: 00000000000000000000000001000000:0202 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5153 2 0000000000000000 9
`;

it('finds the drops of one socket by address and port', () => {
  expect(kernelSocketIn(table, '127.0.0.1', 514)).toEqual({ drops: 42, queuedBytes: 768 });
  expect(kernelSocketIn(table, '0.0.0.0', 514)?.drops).toBe(7);
  expect(kernelSocketIn(table6, '::1', 514)?.drops).toBe(9);
  expect(kernelSocketIn(table, '127.0.0.1', 515)).toBeUndefined();
});
