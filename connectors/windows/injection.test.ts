import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aimOf, hostileText, readContext, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { windowsEvent } from './format.ts';

/** The renderer's escapes; characters that XML 1.0 cannot hold do not reach the log. */
function xml(text: string): string {
  const allowed = Array.from(text).filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xd800) || (code > 0xdfff && code < 0xfffe)
    );
  });
  return allowed
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\n', '&#10;');
}

interface Parts {
  address: string;
  user: string;
  station: string;
  domain: string;
}

const system = { Channel: 'Security', Computer: 'DC01', EventID: 4625 };
const dataOf = (p: Parts) => ({
  TargetUserName: p.user,
  TargetDomainName: p.domain,
  WorkstationName: p.station,
  IpAddress: p.address,
  IpPort: '50249',
});

const shapes: Record<string, (parts: Parts) => string> = {
  xml: (p) =>
    `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4625</EventID><TimeCreated SystemTime="2026-11-20T10:00:00.1234567Z"/><Channel>Security</Channel><Computer>DC01</Computer></System><EventData>${Object.entries(
      dataOf(p),
    )
      .map(([name, value]) => `<Data Name="${name}">${xml(value)}</Data>`)
      .join('')}</EventData></Event>`,
  nested: (p) => JSON.stringify({ Event: { System: system, EventData: dataOf(p) } }),
  flat: (p) => JSON.stringify({ ...system, Message: `${p.user} ${p.station}`, ...dataOf(p) }),
  winlogbeat: (p) =>
    JSON.stringify({
      '@timestamp': '2026-11-20T10:00:00Z',
      message: p.user,
      winlog: { channel: 'Security', event_id: 4625, computer_name: 'DC01', event_data: dataOf(p) },
    }),
};

const parts = fc.record({ address: realAddress, user: hostileText, station: hostileText, domain: hostileText });

describe('text of the client in Windows events', () => {
  itAimsRight(
    'never moves the address of a failed logon, in any shape',
    windowsEvent,
    fc
      .tuple(fc.constantFrom(...Object.values(shapes)), parts)
      .map(([write, of]) => ({ line: write(of), address: of.address })),
  );

  it('aims at nobody when a field occurs twice', () => {
    const line = shapes['xml']?.({ address: '203.0.113.77', user: 'a', station: 'b', domain: 'c' }) ?? '';
    const twice = line.replace('</EventData>', '<Data Name="IpAddress">1.2.3.4</Data></EventData>');
    expect(aimOf(windowsEvent.read(line, readContext))).toBe('203.0.113.77');
    expect(aimOf(windowsEvent.read(twice, readContext))).toBeUndefined();
  });

  itReadsInLinearTime(windowsEvent, [
    ['<Event>', '<a>', ''],
    ['<Event>', '<a/>', '</Event>'],
    ['<Event ', 'a="b" ', '/>'],
    ['<Event', ' ', '/>'],
    ['<Event a', ' ', '="b"/>'],
    ['<Event>', '&lt', '</Event>'],
    ['<Event>', '<![CDATA[', ''],
    ['<Event>', '<!--', ''],
    ['<Event>', '</', ''],
    ['{"a":', '[', ''],
    ['{"a":"', '{', '"}'],
  ]);
});
