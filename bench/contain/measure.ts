import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Host } from '../../lab/network.ts';
import type { Contender } from './contender.ts';

export interface Sample {
  address: string;
  /** From the return of the write of the last line to the start of the last connection that still succeeded; undefined: never blocked. */
  ms: number | undefined;
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function syslogTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${monthNames[at.getMonth()]} ${String(at.getDate()).padStart(2, ' ')} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function failedLogins(address: string, count: number): string {
  const time = syslogTime(new Date());
  return Array.from(
    { length: count },
    (_, index) =>
      `${time} bench sshd[${4_000 + index}]: Failed password for invalid user admin from ${address} port ${40_000 + index} ssh2\n`,
  ).join('');
}

/** One attack after the other, each from an address of its own, watched from the attacker's side. */
export async function measure(options: {
  contender: Contender;
  attacker: Host;
  target: string;
  port: number;
  logFile: string;
  addresses: readonly string[];
  giveUpMs: number;
  onSample?: (sample: Sample) => void;
}): Promise<Sample[]> {
  const prober = options.attacker.start(process.execPath, [new URL('prober-main.ts', import.meta.url).pathname]);
  const waiting = new Map<string, (words: string[]) => void>();
  createInterface({ input: prober.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const words = line.split(' ');
    waiting.get(words[1] ?? '')?.(words);
  });
  const answer = (address: string) => new Promise<string[]>((resolve) => waiting.set(address, resolve));
  const samples: Sample[] = [];
  for (const address of options.addresses) {
    const ready = answer(address);
    prober.stdin?.write(`${address} ${options.target} ${options.port}\n`);
    await ready;
    // A product that looks once a second must not be met at the same moment of its second each time.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * options.contender.jitterMs));
    const end = answer(address);
    appendFileSync(options.logFile, failedLogins(address, options.contender.lines));
    const writtenAt = process.hrtime.bigint();
    const giveUp = setTimeout(() => prober.stdin?.write(`stop ${address}\n`), options.giveUpMs);
    const [word, , lastSuccess = '0'] = await end;
    clearTimeout(giveUp);
    const sample = { address, ms: word === 'blocked' ? Number(BigInt(lastSuccess) - writtenAt) / 1e6 : undefined };
    samples.push(sample);
    options.onSample?.(sample);
  }
  prober.kill('SIGKILL');
  return samples;
}

/** Value at the quantile, nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}
