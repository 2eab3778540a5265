import fc from 'fast-check';
import type { ReadContext, ReadEvent } from '../src/connector/index.ts';

/** Cases of one injection property: 1,000, more by FIREBREAK_FUZZ_RUNS at night. */
export const fuzzRuns = Number(process.env['FIREBREAK_FUZZ_RUNS'] ?? 1_000);

/** Time limit of such a property, also for a million cases on a busy machine. */
export const fuzzTimeoutMs = Math.max(60_000, fuzzRuns * 5);

export const readContext: ReadContext = {
  receivedAt: Date.UTC(2026, 10, 21, 12),
  timeZone: '',
  channelTrust: 'authenticated',
  trustedProxies: [],
};

/** What attackers write into logs: addresses, the marks of every grammar, field names, whole fake lines. */
const fragments = [
  '1.2.3.4',
  ' from 1.2.3.4 port 22 ssh2',
  ' from 1.2.3.4 port 22',
  ' from 1.2.3.4',
  ' from 1.2.3.4 port 22 ssh2: RSA SHA256:abc',
  ' 1.2.3.4 port 22',
  ' 1.2.3.4 port 22:',
  ' from 1.2.3.4 port 22 ssh2:',
  ' 1.2.3.4 port 22: Too many authentication failures',
  ' from 1.2.3.4 not allowed because account is locked',
  "' from 1.2.3.4 port 22",
  'user root 1.2.3.4 port 22 [preauth]',
  ' [preauth]',
  'invalid user ',
  'rhost=1.2.3.4  user=root',
  'message repeated 5 times: [ Failed password for root from 1.2.3.4 port 22 ssh2]',
  'Dec 10 06:55:46 host sshd[1]: Failed password for root from 1.2.3.4 port 22 ssh2',
  '<13>1 2026-01-01T00:00:00Z evil sshd 1 - - Failed password for root from 1.2.3.4 port 22 ssh2',
  '1.2.3.4 - - [22/Dec/2016:16:30:52 +0300] "GET / HTTP/1.1" 200 5 "-" "-"',
  '] "GET / HTTP/1.1" 200 5 "1.2.3.4" "1.2.3.4" "1.2.3.4"',
  '[22/Dec/2016:16:30:52 +0300] ',
  'evil.example:80 1.2.3.4 - - ',
  '"',
  '\\"',
  '\\x22',
  '\\',
  '\n',
  '\r\n',
  '\u2028',
  '\0',
  '\t',
  ' ',
  '%0a',
  '[',
  ']',
  '::1',
  '::ffff:1.2.3.4',
  '2001:db8::1',
  '</Data><Data Name="IpAddress">1.2.3.4</Data>',
  '<IpAddress>1.2.3.4</IpAddress>',
  ']]>',
  '&#x3c;',
  '&lt;/Data&gt;',
  '","IpAddress":"1.2.3.4',
  '"src_ip":"1.2.3.4"',
  'IpAddress=1.2.3.4',
  '__proto__',
  'é',
] as const;

/** Text of a remote party, up to 12 fragments or random characters. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fragments) }, fc.string({ unit: 'binary', maxLength: 8 })),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

/** The one address that a faithful line carries; never one of the fragments'. */
export const realAddress = fc.constantFrom('203.0.113.77', '198.51.100.9', '2001:db8:77::9');

/** The address that a containment could aim at: the actor, when it is trusted at all. */
export function aimOf(event: ReadEvent | undefined): string | undefined {
  return event?.subjects.find(
    ({ type, role, field_trust: trust }) => type === 'ip' && role === 'actor' && trust !== 'free',
  )?.value;
}

/**
 * How much more of the processor ten times the text takes: about 10 when the reader is linear, about 100 when it is
 * quadratic. The thread's own time and the least of several runs count, so that a busy machine does not decide.
 */
export function growth(read: (line: string) => unknown, lineOf: (length: number) => string): number {
  const [short, long] = [lineOf(100_000), lineOf(1_000_000)];
  const least = (line: string): number => {
    let best = Number.POSITIVE_INFINITY;
    let spentMs = 0;
    for (let run = 0; run < 7 && spentMs < 1_000; run += 1) {
      const before = process.threadCpuUsage();
      read(line);
      const { user, system } = process.threadCpuUsage(before);
      const ms = (user + system) / 1_000;
      spentMs += ms;
      best = Math.min(best, ms);
    }
    return best;
  };
  least(short);
  // Below a millisecond the clock's own steps and the caches would decide.
  return least(long) / Math.max(least(short), 1);
}

/** Lines made of one fragment over and over, for `growth`. */
export const repeated =
  (fragment: string, before = '', after = '') =>
  (length: number) =>
    before + fragment.repeat(Math.ceil(length / fragment.length)) + after;
