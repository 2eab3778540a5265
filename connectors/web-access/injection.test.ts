import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns, fuzzTimeoutMs, hostileText, readContext, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { webAccess } from './format.ts';

/** Apache's ap_escape_logitem. */
function apache(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const letter = { 8: 'b', 9: 't', 10: 'n', 11: 'v', 13: 'r' }[byte];
    if (letter) out += `\\${letter}`;
    else if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    else if (byte < 32 || byte > 126) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += String.fromCharCode(byte);
  }
  return out;
}

/** nginx's default escape of log variables. */
function nginx(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8'))
    out +=
      byte === 0x22 || byte === 0x5c || byte < 32 || byte > 126
        ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte);
  return out;
}

interface Parts {
  address: string;
  user: string;
  path: string;
  referer: string;
  agent: string;
  header: string;
}

const when = '[22/Dec/2016:15:19:05 +0300]';
const formats: Record<string, (parts: Parts) => string> = {
  common: (p) => `${p.address} - ${apache(p.user) || '-'} ${when} "GET ${apache(p.path)} HTTP/1.1" 404 12`,
  combined: (p) =>
    `${p.address} - ${apache(p.user) || '-'} ${when} "GET ${apache(p.path)} HTTP/1.1" 404 12 "${apache(p.referer)}" "${apache(p.agent)}"`,
  vhost: (p) =>
    `www.example.org:443 ${p.address} - ${apache(p.user) || '-'} ${when} "GET ${apache(p.path)} HTTP/1.1" 404 12 "${apache(p.referer)}" "${apache(p.agent)}"`,
  identd: (p) =>
    `${p.address} ${apache(p.header) || '-'} ${apache(p.user) || '-'} ${when} "GET ${apache(p.path)} HTTP/1.1" 404 12`,
  nginxMain: (p) =>
    `${p.address} - ${nginx(p.user) || '-'} ${when} "${nginx(p.path)}" 404 12 "${nginx(p.referer)}" "${nginx(p.agent)}" "${nginx(p.header)}"`,
};

const parts = fc.record({
  address: realAddress,
  user: hostileText,
  path: hostileText,
  referer: hostileText,
  agent: hostileText,
  header: hostileText,
});

describe('text of the client in access lines', () => {
  itAimsRight(
    'never moves the peer',
    webAccess,
    fc
      .tuple(fc.constantFrom(...Object.values(formats)), parts)
      .map(([write, of]) => ({ line: write(of), address: of.address })),
  );

  itAimsRight(
    'never becomes the client behind a trusted proxy, which appends the right-most hop itself',
    webAccess,
    parts.map((of) => ({
      line: formats['nginxMain']?.({ ...of, address: '10.0.0.7', header: `${of.header}, ${of.address}` }) ?? '',
      address: of.address,
    })),
    { context: { ...readContext, trustedProxies: ['10.0.0.0/8'] } },
  );

  it(
    'decodes what it was: user agent and path survive the escapes of both servers',
    () => {
      fc.assert(
        fc.property(parts, (of) => {
          const agent = Buffer.from(of.agent, 'utf8').toString('utf8');
          for (const name of ['combined', 'nginxMain']) {
            const view = webAccess.read(formats[name]?.(of) ?? '', readContext)?.view;
            expect(view?.['cs-user-agent'] ?? '').toBe(agent === '-' ? '' : agent);
          }
        }),
        { numRuns: Math.min(fuzzRuns, 10_000) },
      );
    },
    fuzzTimeoutMs,
  );

  itReadsInLinearTime(webAccess, [
    ['1.1.1.1 - - ', '\\"', ''],
    ['1.1.1.1 - - ', '[22/Dec/2016:15:19:05 +0300] ', '"'],
    ['1.1.1.1 - - [22/Dec/2016:15:19:05 +0300] "GET /', '\\x', ''],
    ['1.1.1.1 - - [22/Dec/2016:15:19:05 +0300] "GET /', '\\x22', '" 200 1'],
    ['1.1.1.1 - - [22/Dec/2016:15:19:05 +0300] "GET /" 200 1 ', '" ', ''],
    ['1.1.1.1 - - [22/Dec/2016:15:19:05 +0300] "GET /" 200 1 "-" "-" "', '1.1.1.1,', '"'],
    ['', 'a:', ' 1.1.1.1 - - [22/Dec/2016:15:19:05 +0300] "GET /" 200 1'],
  ]);
});
