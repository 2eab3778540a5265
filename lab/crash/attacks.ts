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

export interface Accepted {
  /** Numbers of the attacks. */
  file: number[];
  http: number[];
  /** Lines of requests that were answered with 2xx; those of the file are in the file. */
  httpLines: number;
}

export interface Load {
  /** Stops making attacks; resolves when every request was answered with 2xx. */
  end(): Promise<void>;
  /** Attacks whose lines were accepted: written to the file, or answered with 2xx. */
  accepted(): Accepted;
  /** Requests that had to be sent again, by what happened. */
  retries: ReadonlyMap<string, number>;
}

const tickMs = 100;
const mostAtOnce = 8;
const retryMs = 100;
const answerMs = 20_000;

/**
 * `perSecond` events the whole time, half of them appended to `logFile`, half posted with an Idempotency-Key that a repeated
 * request keeps. `attacksPerSecond` of their groups of five are attacks, the rest are logins of a person. A server that is
 * away makes requests wait, not fewer.
 */
export function startLoad(options: {
  perSecond: number;
  attacksPerSecond: number;
  logFile: string;
  url: string;
  token: string;
}): Load {
  const groupsPerTick = Math.max(2, Math.round((options.perSecond * tickMs) / 1_000 / linesOfAttack / 2) * 2);
  const file: number[] = [];
  const http: number[] = [];
  const retries = new Map<string, number>();
  const waiting: number[][] = [];
  let made = 0;
  let posted = 0;
  let httpLines = 0;
  let atWork = 0;
  let isEnding = false;

  const linesOf = (attacks: readonly number[], groups: number) =>
    attacks.map((index) => failedLogins(sourceOf(index).address, linesOfAttack)).join('') +
    // The same form with the other outcome.
    failedLogins('192.0.2.7', (groups - attacks.length) * linesOfAttack).replaceAll(
      'Failed password for invalid user admin',
      'Accepted publickey for deploy',
    );

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
    const body = linesOf(attacks, groupsPerTick / 2);
    posted += 1;
    const key = `load-${posted}`;
    for (;;) {
      const problem = await post(body, key);
      if (problem === '') break;
      retries.set(problem, (retries.get(problem) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    http.push(...attacks);
    httpLines += (groupsPerTick / 2) * linesOfAttack;
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
      const due = Math.floor(((ticks + 1) * tickMs * options.attacksPerSecond) / 1_000) - made;
      const attacks = Array.from({ length: Math.min(groupsPerTick, due) }, () => made++);
      const written = attacks.filter((index) => index % 2 === 0);
      appendFileSync(options.logFile, linesOf(written, groupsPerTick / 2));
      file.push(...written);
      waiting.push(attacks.filter((index) => index % 2 === 1));
    }
    work();
  }, tickMs);

  return {
    retries,
    accepted: () => ({ file, http, httpLines }),
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
