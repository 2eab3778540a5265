import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aimOf, fuzzRuns, fuzzTimeoutMs, hostileText, readContext, realAddress } from '../../test/hostile.ts';
import { suricataEve } from './format.ts';

const attacker = '203.0.113.77';
const server = '192.0.2.10';
const flow = { pkts_toserver: 4, pkts_toclient: 3 };

/** An alert on a packet from the attacker to the server, over an established connection. */
function alert(more: Record<string, unknown>): string {
  return JSON.stringify({
    timestamp: '2026-11-20T03:12:05.123456+0000',
    event_type: 'alert',
    src_ip: attacker,
    src_port: 40_022,
    dest_ip: server,
    dest_port: 8_080,
    proto: 'TCP',
    alert: { signature: 'LAB', signature_id: 1, severity: 1 },
    app_proto: 'http',
    direction: 'to_server',
    flow,
    ...more,
  });
}

const read = (line: string, trustedProxies: string[] = []) =>
  suricataEve.read(line, { ...readContext, trustedProxies });
const roles = (line: string): Record<string, string> =>
  Object.fromEntries(
    (read(line)?.subjects ?? []).filter(({ type }) => type === 'ip').map(({ value, role }) => [value, role]),
  );
const turned = { src_ip: server, src_port: 8_080, dest_ip: attacker, dest_port: 40_022, direction: 'to_client' };

describe('roles of an alert', () => {
  it('takes the one who opened the connection as actor', () => {
    expect(roles(alert({}))).toEqual({ [attacker]: 'actor', [server]: 'victim' });
  });

  it('follows the rule’s own target, also on an answer', () => {
    const sides = { source: { ip: attacker }, target: { ip: server } };
    expect(roles(alert({ ...turned, alert: { signature: 'LAB', ...sides } }))).toEqual({
      [attacker]: 'actor',
      [server]: 'victim',
    });
  });

  it('names no actor for an answer without a target, since either side may be at fault', () => {
    expect(roles(alert(turned))).toEqual({ [attacker]: 'target', [server]: 'target' });
  });

  it('takes the server as actor when the rule says that clients are attacked', () => {
    const metadata = { attack_target: ['Client_Endpoint'] };
    expect(roles(alert({ alert: { signature: 'LAB', metadata } }))).toEqual({
      [attacker]: 'victim',
      [server]: 'actor',
    });
    expect(roles(alert({ ...turned, alert: { signature: 'LAB', metadata } }))).toEqual({
      [attacker]: 'victim',
      [server]: 'actor',
    });
  });

  it('reads the direction of older versions from the flow, then from the well-known port, and else names no actor', () => {
    const { direction: _direction, ...old } = turned;
    expect(
      roles(alert({ ...old, direction: undefined, flow: { ...flow, src_ip: attacker, dest_ip: server } })),
    ).toEqual({
      [attacker]: 'target',
      [server]: 'target',
    });
    expect(roles(alert({ direction: undefined, dest_port: 80 }))).toEqual({ [attacker]: 'actor', [server]: 'victim' });
    expect(roles(alert({ direction: undefined }))).toEqual({ [attacker]: 'target', [server]: 'target' });
  });

  it('never takes a trusted proxy as actor', () => {
    const subjects = read(alert({}), ['203.0.113.0/24'])?.subjects;
    expect(subjects?.find(({ value }) => value === attacker)?.role).toBe('intermediary');
  });
});

describe('trust of an alert’s addresses', () => {
  it.each([
    ['UDP', { proto: 'UDP' }],
    ['ICMP', { proto: 'ICMP' }],
    ['nothing came back', { flow: { pkts_toserver: 9, pkts_toclient: 0 } }],
    ['no protocol was seen on the stream', { app_proto: undefined }],
    ['counts alone', { app_proto: undefined, flow: { pkts_toserver: 9, pkts_toclient: 9 } }],
    ['nothing came back on a flow picked up midway', { tcp: { state: 'established' }, flow: { pkts_toclient: 0 } }],
    ['no flow', { flow: undefined }],
    ['a half-open state', { tcp: { state: 'syn_recv' } }],
    ['a new flow', { flow: { ...flow, state: 'new' } }],
  ])('is free: %s', (_name, more) => {
    expect(read(alert(more))?.subjects[0]?.field_trust).toBe('free');
    expect(aimOf(read(alert(more)))).toBeUndefined();
  });

  it.each([
    ['a protocol was read', {}],
    ['the state is established', { tcp: { state: 'established' }, app_proto: undefined }],
    ['detection gave up on a stream that went both ways', { app_proto: 'failed' }],
  ])('is structured: %s', (_name, more) => {
    expect(aimOf(read(alert(more)))).toBe(attacker);
  });
});

describe('text of the client in EVE records', () => {
  it(
    'never moves an address',
    () => {
      fc.assert(
        fc.property(realAddress, hostileText, hostileText, (address, text, other) => {
          const http = { hostname: text, url: other, http_user_agent: text, http_refer: other };
          const line = alert({ src_ip: address, http, payload_printable: text, xff: other });
          expect(aimOf(read(line)), line).toBe(address);
        }),
        { numRuns: fuzzRuns },
      );
    },
    fuzzTimeoutMs,
  );

  it('has one view of DNS in versions 2 and 3', () => {
    const dns = (value: unknown) =>
      read(JSON.stringify({ timestamp: '2026-11-20T03:12:05Z', event_type: 'dns', dns: value }))?.view;
    const seven = dns({ type: 'query', rrname: 'a.example', rrtype: 'A' });
    const eight = dns({ version: 3, type: 'request', queries: [{ rrname: 'a.example', rrtype: 'A' }] });
    for (const view of [seven, eight])
      expect(view).toMatchObject({
        query: ['a.example'],
        record_type: ['A'],
        dns: { type: 'request', queries: [{ rrname: 'a.example', rrtype: 'A' }] },
      });
  });
});
