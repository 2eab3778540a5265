import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { quantile } from './measure.ts';

/** What a reader must know of the machine to read a figure: load average and the median time of an 8 KiB write with fdatasync. */
export function machineLine(folder: string): string {
  const file = join(folder, 'fsync-probe');
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(8_192);
  const times = Array.from({ length: 100 }, () => {
    const start = performance.now();
    writeSync(handle, block);
    fdatasyncSync(handle);
    return performance.now() - start;
  });
  closeSync(handle);
  rmSync(file);
  return `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(
      ' ',
    )}; fdatasync of 8 KiB: median ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`;
}
