import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aimOf, hostileText, readContext, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { linuxSysmon } from './format.ts';

const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;');

const event = (address: string, image: string, user: string): string =>
  `<Event><System><EventID>3</EventID><Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer></System><EventData><Data Name="Image">${escaped(image)}</Data><Data Name="User">${escaped(user)}</Data><Data Name="Protocol">tcp</Data><Data Name="Initiated">false</Data><Data Name="SourceIp">${address}</Data></EventData></Event>`;

const shapes: readonly ((xml: string) => string)[] = [
  (xml) => xml,
  (xml) => `Nov 20 16:00:01 web1 sysmon: ${xml}`,
  (xml) => `<14>1 2026-11-20T16:00:01Z web1 sysmon 1 - - ${xml}`,
  (xml) => JSON.stringify({ SyslogMessage: xml, ProcessName: 'sysmon' }),
];

describe('text of a process in Sysmon for Linux', () => {
  itAimsRight(
    'never moves the address of a connection',
    linuxSysmon,
    fc
      .tuple(fc.constantFrom(...shapes), realAddress, hostileText, hostileText)
      .map(([write, address, image, user]) => ({ line: write(event(address, image, user)), address })),
  );

  it('aims at nobody when a field occurs twice', () => {
    const line = event('203.0.113.77', 'a', 'b');
    const twice = line.replace('</EventData>', '<Data Name="SourceIp">1.2.3.4</Data></EventData>');
    expect(aimOf(linuxSysmon.read(line, readContext))).toBe('203.0.113.77');
    expect(aimOf(linuxSysmon.read(twice, readContext))).toBeUndefined();
  });

  itReadsInLinearTime(linuxSysmon, [
    ['<Event>', '<a>', ''],
    ['<Event>Linux-Sysmon', '<a/>', '</Event>'],
    ['Linux-Sysmon', ' ', ''],
    ['{"message":"Linux-Sysmon', '{', '"}'],
  ]);
});
