import { describe, expect, it } from 'vitest';
import { readContext } from '../../test/hostile.ts';
import { windowsEvent } from './format.ts';

const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

type Event = { channel: string; eventId: number; data: Readonly<Record<string, string>> };

/** One event in every shape that it may come in. */
const shapes: Readonly<Record<string, (event: Event) => string>> = {
  'nested, as evtx_dump': ({ channel, eventId, data }) =>
    JSON.stringify({ Event: { System: { Channel: channel, EventID: eventId, Computer: 'DC01' }, EventData: data } }),
  'nested with attributes': ({ channel, eventId, data }) =>
    JSON.stringify({
      Event: {
        System: { Channel: channel, EventID: { '#attributes': { Qualifiers: 0 }, '#text': eventId }, Computer: 'DC01' },
        EventData: data,
      },
    }),
  'flat, as NXLog': ({ channel, eventId, data }) =>
    JSON.stringify({ Channel: channel, EventID: eventId, Hostname: 'DC01', ...data }),
  Winlogbeat: ({ channel, eventId, data }) =>
    JSON.stringify({ winlog: { channel, event_id: String(eventId), computer_name: 'DC01', event_data: data } }),
  'older Winlogbeat': ({ channel, eventId, data }) =>
    JSON.stringify({ log_name: channel, event_id: eventId, computer_name: 'DC01', event_data: data }),
  'Log Analytics, JSON': ({ channel, eventId, data }) =>
    JSON.stringify({ Channel: channel, EventID: eventId, Computer: 'DC01', EventData: JSON.stringify(data) }),
  'Log Analytics, XML': ({ channel, eventId, data }) =>
    JSON.stringify({
      Channel: channel,
      EventID: eventId,
      Computer: 'DC01',
      EventData: `<EventData>${dataOf(data)}</EventData>`,
    }),
  'rendered XML': ({ channel, eventId, data }) =>
    `<Event xmlns="x"><System><EventID>${eventId}</EventID><Channel>${channel}</Channel><Computer>DC01</Computer></System><EventData>${dataOf(data)}</EventData></Event>`,
};

function dataOf(data: Event['data']): string {
  return Object.entries(data)
    .map(([name, value]) => `<Data Name="${name}">${escaped(value)}</Data>`)
    .join('');
}

const creation: Event = {
  channel: sysmon,
  eventId: 1,
  data: { Image: 'C:\\Windows\\x.exe', CommandLine: 'x.exe /c "a" & b', ParentImage: 'C:\\p.exe', ProcessId: '44' },
};
const audited: Event = {
  channel: 'Security',
  eventId: 4_688,
  data: {
    NewProcessName: 'C:\\Windows\\x.exe',
    CommandLine: 'x.exe',
    ParentProcessName: 'C:\\p.exe',
    ProcessId: '0x2c',
  },
};

describe.each(Object.entries(shapes))('a Windows event, %s', (_name, write) => {
  it('of Sysmon is a process creation under Sigma’s names', () => {
    const read = windowsEvent.read(write(creation), readContext);
    expect(read?.logsources).toEqual([{ product: 'windows', service: 'sysmon', category: 'process_creation' }]);
    expect(read?.view).toMatchObject({ ...creation.data, EventID: 1, Channel: sysmon, Computer: 'DC01' });
  });

  it('of Security 4688 is one too, under the same names', () => {
    const read = windowsEvent.read(write(audited), readContext);
    expect(read?.logsources).toEqual([{ product: 'windows', service: 'security', category: 'process_creation' }]);
    expect(read?.view).toMatchObject({
      ...audited.data,
      EventID: 4_688,
      Image: 'C:\\Windows\\x.exe',
      ParentImage: 'C:\\p.exe',
    });
  });
});

it('Sysmon for Linux is no Windows event', () => {
  const line = shapes['rendered XML']?.({ ...creation, channel: 'Linux-Sysmon/Operational' }) ?? '';
  expect(windowsEvent.read(line, readContext)).toBeUndefined();
  expect(windowsEvent.recognise(line)).toBe(0);
});
