/**
 * The attacker's side of `bench:contain`, run in the attacker's namespace.
 * stdin: `ADDRESS TARGET PORT` starts probing; `stop ADDRESS` ends it. stdout: `ready ADDRESS` after the first connection that succeeded,
 * `blocked ADDRESS NANOSECONDS` with the start (CLOCK_MONOTONIC) of the last connection that still succeeded, or `open ADDRESS` when told to stop.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const everyMs = 2;
/** No answer for this long: the address is cut off. A refusal (RST) counts at once. */
const silenceMs = 250;

const stops = new Map<string, () => void>();

function probe(address: string, target: string, port: number): void {
  let lastSuccess = 0n;
  let lastAnswerAt = performance.now();
  let ready = false;
  let over = false;
  const finish = (word: string) => {
    if (over) return;
    over = true;
    clearInterval(timer);
    stops.delete(address);
    process.stdout.write(`${word}\n`);
  };
  const timer = setInterval(() => {
    if (ready && performance.now() - lastAnswerAt > silenceMs) return finish(`blocked ${address} ${lastSuccess}`);
    const startedAt = process.hrtime.bigint();
    const socket = connect({ host: target, port, localAddress: address });
    const abandon = setTimeout(() => socket.destroy(), silenceMs * 2);
    socket.on('connect', () => {
      if (startedAt > lastSuccess) lastSuccess = startedAt;
      lastAnswerAt = performance.now();
      if (!ready) {
        ready = true;
        process.stdout.write(`ready ${address}\n`);
      }
      socket.resetAndDestroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => clearTimeout(abandon));
  }, everyMs);
  stops.set(address, () => finish(`open ${address}`));
}

for await (const line of createInterface({ input: process.stdin })) {
  const [first = '', target = '', port = ''] = line.split(' ');
  if (first === 'stop') stops.get(target)?.();
  else probe(first, target, Number(port));
}
