import { appendFileSync } from 'node:fs';
import { failedLogins } from '../../bench/contain/measure.ts';

export const linesOfAttack = 5;

/** The source of attack `index`, never used twice: an address of a fresh IPv6 /64, and now and then an IPv4 one. */
export function sourceOf(index: number): { address: string; target: string } {
  if (index % 20 === 0 && index < 5_000) {
    const address = `198.51.100.${index / 20 + 1}`;
    return { address, target: address };
  }
  const network = `2001:db8:${(16 + Math.floor(index / 60_000)).toString(16)}:${((index % 60_000) + 1).toString(16)}`;
  return { address: `${network}::1`, target: `${network}::/64` };
}

export interface Load {
  /** Stops making attacks; resolves when every request was answered with 2xx. */
  end(): Promise<void>;
  /** Attacks whose lines were accepted: written to the file, or answered with 2xx. */
  accepted(): { file: number[]; http: number[] };
  /** Requests that had to be sent again, by what happened. */
  retries: ReadonlyMap<string, number>;
}

const tickMs = 100;
const mostAtOnce = 8;
const retryMs = 100;
const answerMs = 20_000;

/**
 * `perSecond` events the whole time, half of them appended to `logFile`, half posted with an Idempotency-Key that a repeated
 * request keeps. A server that is away makes requests wait, not fewer.
 */
export function startLoad(options: { perSecond: number; logFile: string; url: string; token: string }): Load {
  const attacksPerTick = Math.max(2, Math.round((options.perSecond * tickMs) / 1_000 / linesOfAttack));
  const file: number[] = [];
  const http: number[] = [];
  const retries = new Map<string, number>();
  const waiting: number[][] = [];
  let made = 0;
  let atWork = 0;
  let isEnding = false;

  const linesOf = (attacks: readonly number[]) =>
    attacks.map((index) => failedLogins(sourceOf(index).address, linesOfAttack)).join('');

  async function post(body: string, key: string): Promise<string> {
    try {
      const answer = await fetch(`${options.url}/v1/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${options.token}`,
          'content-type': 'text/plain',
          'idempotency-key': key,
        },
        body,
        signal: AbortSignal.timeout(answerMs),
      });
      const text = await answer.text();
      if (!answer.ok) return `status ${answer.status}`;
      const { accepted } = JSON.parse(text) as { accepted: number };
      return accepted === body.split('\n').length - 1 ? '' : `accepted ${accepted}`;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'no answer' : 'no connection';
    }
  }

  async function deliver(attacks: number[]): Promise<void> {
    const body = linesOf(attacks);
    for (;;) {
      const problem = await post(body, `attacks-${attacks[0]}`);
      if (problem === '') break;
      retries.set(problem, (retries.get(problem) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    http.push(...attacks);
  }

  function work(): void {
    while (atWork < mostAtOnce) {
      const next = waiting.shift();
      if (!next) return;
      atWork += 1;
      void deliver(next).finally(() => {
        atWork -= 1;
        work();
      });
    }
  }

  const startedAt = performance.now();
  let ticks = 0;
  const timer = setInterval(() => {
    // A late timer makes up for what it missed.
    for (; ticks < (performance.now() - startedAt) / tickMs; ticks++) {
      const attacks = Array.from({ length: attacksPerTick }, () => made++);
      const half = attacksPerTick / 2;
      const written = attacks.slice(0, Math.floor(ticks % 2 === 0 ? half : half + 0.5));
      appendFileSync(options.logFile, linesOf(written));
      file.push(...written);
      waiting.push(attacks.slice(written.length));
    }
    work();
  }, tickMs);

  return {
    retries,
    accepted: () => ({ file, http }),
    async end() {
      if (!isEnding) clearInterval(timer);
      isEnding = true;
      while (atWork > 0 || waiting.length > 0) {
        work();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
