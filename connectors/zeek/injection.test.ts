import fc from 'fast-check';
import { describe } from 'vitest';
import { hostileText, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { zeek } from './format.ts';

/** Zeek's writer: what is no printable character, and a backslash, is escaped. */
function escaped(text: string): string {
  return Array.from(Buffer.from(text, 'utf8'), (byte) => {
    if (byte === 0x5c) return '\\\\';
    return byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

const tsv = (address: string, host: string, agent: string): string =>
  [
    '1795186802.000000',
    'C4',
    address,
    '50102',
    '203.0.113.7',
    '80',
    '1',
    'GET',
    escaped(host) || '(empty)',
    `/${escaped(agent)}`,
    '-',
    '1.1',
    escaped(agent) || '(empty)',
    ...Array<string>(17).fill('-'),
  ].join('\t');

const json = (address: string, host: string, agent: string): string =>
  JSON.stringify({
    _path: 'http',
    ts: 1_795_186_802.5,
    'id.orig_h': address,
    'id.resp_h': '192.0.2.9',
    host,
    user_agent: agent,
  });

describe('text of the client in Zeek’s logs', () => {
  itAimsRight(
    'never moves the originator',
    zeek,
    fc
      .tuple(fc.constantFrom(tsv, json), realAddress, hostileText, hostileText)
      .map(([write, address, host, agent]) => ({ line: write(address, host, agent.toWellFormed()), address })),
  );

  itReadsInLinearTime(zeek, [
    ['1795186802.000000\t', 'a\t', ''],
    ['1795186802.000000\t', '\\x09', ''],
    ['{"_path":"http","ts":1,"uri":"', '/', '"}'],
    ['{"_path":"http","ts":1,"uri":"', '?', '"}'],
  ]);
});
