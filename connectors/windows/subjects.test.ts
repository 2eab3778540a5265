import { describe, expect, it } from 'vitest';
import { readContext } from '../../test/hostile.ts';
import { windowsEvent } from './format.ts';

function subjects(eventId: number, data: Record<string, unknown>, channel = 'Security', trustedProxies: string[] = []) {
  const line = JSON.stringify({
    Event: { System: { EventID: eventId, Channel: channel, Computer: 'DC01' }, EventData: data },
  });
  const found = windowsEvent.read(line, { ...readContext, trustedProxies })?.subjects ?? [];
  return found.map(({ type, value, role, field_trust: trust }) => [type, value, role, trust].join(' '));
}

const computer = 'host DC01 victim structured';

describe('subjects of Windows events', () => {
  it.each(['-', '', '::1', '127.0.0.1', '::', '0.0.0.0', '::ffff:127.0.0.1', 'LOCAL', '1.2.3', 'KALI', '127.8.8.8'])(
    'takes no address from IpAddress %j',
    (IpAddress) => {
      expect(subjects(4625, { IpAddress })).toEqual([computer]);
    },
  );

  it('takes the account of a failure as claimed, of a success as true', () => {
    const data = { IpAddress: '203.0.113.77', TargetUserName: 'alice' };
    expect(subjects(4625, data)).toEqual([computer, 'ip 203.0.113.77 actor structured', 'user alice target free']);
    expect(subjects(4624, data)).toEqual([
      computer,
      'ip 203.0.113.77 actor structured',
      'user alice target structured',
    ]);
  });

  it('aims at nobody by Kerberos, which also runs over UDP', () => {
    expect(subjects(4771, { IpAddress: '203.0.113.77' })).toEqual([computer, 'ip 203.0.113.77 actor free']);
  });

  it('takes the remote end of a Sysmon connection by who opened it', () => {
    const data = { SourceIp: '203.0.113.77', DestinationIp: '192.0.2.20', Protocol: 'tcp' };
    const channel = 'Microsoft-Windows-Sysmon/Operational';
    expect(subjects(3, { ...data, Initiated: 'false' }, channel)).toContain('ip 203.0.113.77 actor structured');
    expect(subjects(3, { ...data, Initiated: 'true' }, channel)).toContain('ip 192.0.2.20 target structured');
    expect(subjects(3, { ...data, Initiated: 'false', Protocol: 'udp' }, channel)).toContain(
      'ip 203.0.113.77 actor free',
    );
  });

  it('takes no address from channels that do not say whose it is', () => {
    expect(subjects(1, { IpAddress: '203.0.113.77', TargetUserName: 'x' }, 'Application')).toEqual([computer]);
  });

  it('never takes a trusted proxy as actor', () => {
    expect(subjects(4625, { IpAddress: '203.0.113.77' }, 'Security', ['203.0.113.0/24'])).toContain(
      'ip 203.0.113.77 intermediary structured',
    );
  });
});
