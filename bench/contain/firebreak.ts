import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProduct } from '../../lab/product.ts';
import type { Contender } from './contender.ts';
import { stagesOf } from './stages.ts';

const sshBruteForce = '7e8dc2eb-383a-47b2-9361-ef76b9a57912';

/** The product as `npm start` runs it, nftables on the host, the starter rules, SSH brute force armed. */
export function firebreak(options: { samples: number; backgroundPerSecond: number }): Contender {
  const { backgroundPerSecond } = options;
  return {
    name: backgroundPerSecond > 0 ? `Firebreak, ${backgroundPerSecond} events/s beside it` : 'Firebreak',
    lines: 5,
    samples: options.samples,
    jitterMs: 500,
    async start(host, logFile, folder) {
      const background = join(folder, 'background.log');
      appendFileSync(background, '');
      const product = await startProduct({
        folder: join(folder, 'firebreak'),
        namespace: host.name,
        config: {
          sources: [
            { kind: 'file', name: 'auth', path: logFile, format: 'sshd' },
            { kind: 'file', name: 'web', path: background, format: 'web-access' },
          ],
          respond: { enforcer: 'nftables', duration_s: 3_600, max_per_hour: 100_000 },
        },
      });
      const armed = product.cli('arm', sshBruteForce, 'deny-address', '--level', 'auto', '--yes');
      if (armed.code !== 0) throw new Error(`arming failed: ${armed.stderr}`);
      const noise = startNoise(background, backgroundPerSecond);
      return {
        version: product.cli('--version').stdout.trim(),
        notes: () => stagesOf(product.state),
        async stop() {
          noise();
          await product.stop();
        },
      };
    },
  };
}

/** Ordinary requests of many clients, every 10 ms; gives the function that ends it. */
function startNoise(file: string, perSecond: number): () => void {
  if (perSecond === 0) return () => {};
  let sent = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond) - sent;
    const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1/$2/$3:$4 +0000');
    let lines = '';
    for (let index = 0; index < due; index += 1)
      lines += `10.${(sent + index) % 200}.7.9 - - [${time}] "GET /page/${(sent + index) % 997} HTTP/1.1" 200 5120 "-" "Mozilla/5.0"\n`;
    sent += due;
    appendFileSync(file, lines);
  }, 10);
  return () => clearInterval(timer);
}
