import { expect, it } from 'vitest';
import type { ReadContext } from '../src/connector/index.ts';
import { json } from '../connectors/json/format.ts';
import { sshd } from '../connectors/sshd/format.ts';
import { windowsEvent } from '../connectors/windows/format.ts';

const context: ReadContext = {
  receivedAt: Date.UTC(2026, 10, 21, 12),
  timeZone: '',
  channelTrust: 'authenticated',
  trustedProxies: ['198.51.100.0/24'],
};
const ssh = (message: string) => sshd.read(`Nov 21 10:00:00 web sshd[7]: ${message}`, context)?.logon;
const windows = (EventID: number, data: Record<string, string>) =>
  windowsEvent.read(
    JSON.stringify({
      Event: {
        System: { Channel: 'Security', EventID, Computer: 'dc1' },
        EventData: { TargetUserName: 'alice', IpAddress: '203.0.113.9', ...data },
      },
    }),
    context,
  )?.logon;
const record = (value: object) => json.read(JSON.stringify(value), context)?.logon;

it('sshd tells a logon by its own line and by no text of a client', () => {
  const alice = { address: '203.0.113.9', user: 'alice' };
  expect(ssh('Accepted password for alice from 203.0.113.9 port 4711 ssh2')).toEqual(alice);
  expect(ssh('Failed password for alice from 203.0.113.9 port 4711 ssh2')).toBeUndefined();
  expect(ssh('Accepted password for alice from 198.51.100.9 port 4711 ssh2')).toBeUndefined();
  expect(
    ssh('Invalid user Accepted password for alice from 203.0.113.9 port 4711 ssh2 from 203.0.113.66 port 4712'),
  ).toBeUndefined();
});

it('Windows tells it by 4624 with an address, for accounts that had to prove themselves', () => {
  expect(windows(4624, {})).toEqual({ address: '203.0.113.9', user: 'alice' });
  for (const data of [
    { IpAddress: '-' },
    { IpAddress: '127.0.0.1' },
    { TargetUserName: 'WEB1$' },
    { TargetUserName: 'ANONYMOUS LOGON' },
    { TargetUserName: 'Guest' },
  ])
    expect(windows(4624, data), JSON.stringify(data)).toBeUndefined();
  expect(windows(4625, {})).toBeUndefined();
});

it('OCSF and ECS tell it by class and outcome', () => {
  const ocsf = { class_uid: 3002, activity_id: 1, status_id: 1, metadata: { version: '1.8.0' } };
  const who = { src_endpoint: { ip: '203.0.113.9' }, user: { name: 'alice' } };
  expect(record({ ...ocsf, ...who })).toEqual({ address: '203.0.113.9', user: 'alice' });
  expect(record({ ...ocsf, ...who, status_id: 2 })).toBeUndefined();
  expect(record({ ...ocsf, ...who, activity_id: 2 })).toBeUndefined();
  const ecs = { source: { ip: '203.0.113.9' }, user: { name: 'alice' } };
  const event = { category: ['authentication'], outcome: 'success' };
  expect(record({ ...ecs, event })).toEqual({ address: '203.0.113.9', user: 'alice' });
  expect(record({ ...ecs, event: { ...event, outcome: 'failure' } })).toBeUndefined();
  expect(record({ ...ecs, event, network: { transport: 'udp' } })).toBeUndefined();
});
