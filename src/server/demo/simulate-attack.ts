import { appendFileSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { addresses, failedLogonLine, guessOf } from './auth-line.ts';

const lines = 24;
const everyMs = 120;

/** Where no network can be made: writes the lines that the attack would have caused, then is done. Gives its end. */
export function simulateAttack(options: { logFile: string; clock: Clock; onDone: () => void }): () => void {
  let written = 0;
  const timer = setInterval(() => {
    const from = { address: addresses.attacker, port: 40_000 + written };
    appendFileSync(options.logFile, failedLogonLine(options.clock.now(), guessOf(written), from));
    written += 1;
    if (written < lines) return;
    clearInterval(timer);
    options.onDone();
  }, everyMs);
  return () => clearInterval(timer);
}
