import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns, fuzzTimeoutMs, growth, hostileText, repeated } from '../../test/hostile.ts';
import { readSyslogHeader } from './syslog-header.ts';

const context = { receivedAt: Date.UTC(2026, 10, 21, 12), timeZone: '' };
const at = Date.UTC(2026, 10, 20, 6, 55, 46);

describe('readSyslogHeader', () => {
  it.each([
    ['RFC 3164', 'Nov 20 06:55:46 web-1 sshd[24200]: text', at],
    ['RFC 3164 with priority', '<38>Nov 20 06:55:46 web-1 sshd[24200]: text', at],
    [
      'a year, as some appliances write',
      '<38>Nov 20 2025 06:55:46 web-1 sshd[24200]: text',
      Date.UTC(2025, 10, 20, 6, 55, 46),
    ],
    ['a one-digit day', 'Nov  2 06:55:46 web-1 sshd[24200]: text', Date.UTC(2026, 10, 2, 6, 55, 46)],
    ['a fraction (short-precise)', 'Nov 20 06:55:46.123456 web-1 sshd[24200]: text', at + 123],
    ['ISO of rsyslog', '2026-11-20T07:55:46.123456+01:00 web-1 sshd[24200]: text', at + 123],
    ['short-iso of the journal', '2026-11-20T06:55:46+0000 web-1 sshd[24200]: text', at],
    ['short-full of the journal', 'Fri 2026-11-20 06:55:46 UTC web-1 sshd[24200]: text', at],
    ['short-unix of the journal', '1795157746.000000 web-1 sshd[24200]: text', at],
    ['RFC 5424', '<38>1 2026-11-20T06:55:46Z web-1 sshd 24200 - - text', at],
  ])('reads %s', (_name, line, time) => {
    expect(readSyslogHeader(line, context)).toMatchObject({
      host: 'web-1',
      app: 'sshd',
      procid: '24200',
      message: 'text',
      time,
    });
  });

  it.each([
    'no header at all',
    '<192>Nov 20 06:55:46 web-1 sshd: x',
    '<38>1 yesterday web-1 sshd 1 - - x',
    '<38>1 - web-1 sshd 1 -',
    '<38>1 - web-1 sshd 1 - [torn',
    '<38>1 - web-1 sshd 1 - [a b="c]',
    '',
  ])('refuses %j', (line) => {
    expect(readSyslogHeader(line, context)).toBeUndefined();
  });

  it(
    'keeps host, program and time whatever the message says',
    () => {
      const heads = ['Nov 20 06:55:46 web-1 sshd[1]: ', '<38>1 2026-11-20T06:55:46Z web-1 sshd 1 - - '];
      fc.assert(
        fc.property(fc.constantFrom(...heads), hostileText, (head, text) => {
          const header = readSyslogHeader(head + text, context);
          const message = head.startsWith('<') && text.startsWith('\uFEFF') ? text.slice(1) : text;
          expect(header).toMatchObject({ host: 'web-1', app: 'sshd', procid: '1', time: at, message });
        }),
        { numRuns: fuzzRuns },
      );
    },
    fuzzTimeoutMs,
  );

  it(
    'keeps structured data apart from the message, whatever both say',
    () => {
      const escape = (text: string): string => text.replaceAll(/["\\\]]/g, (character) => `\\${character}`);
      fc.assert(
        fc.property(hostileText, hostileText, (value, text) => {
          const header = readSyslogHeader(`<38>1 - web-1 sshd 1 - [x@1 a="${escape(value)}"] ${text}`, context);
          expect(header?.structuredData).toEqual({ 'x@1': { a: value } });
          expect(header?.host).toBe('web-1');
        }),
        { numRuns: fuzzRuns },
      );
    },
    fuzzTimeoutMs,
  );

  it.each([
    ['Nov 20 06:55:46 ', 'a', ''],
    ['Nov 20 06:55:46 host ', '[', ''],
    ['<38>1 - - - - - [a', ' b="c"', ''],
    ['<38>1 - - - - - [a b="', '\\\\', ''],
    ['<38>1 - - - - - ', '[a]', ''],
    ['<38>1 ', ' ', ''],
    ['', '1', ''],
  ])('grows with the length only: %s%s', (before, fragment, after) => {
    expect(growth((text) => readSyslogHeader(text, context), repeated(fragment, before, after))).toBeLessThan(40);
  });
});
