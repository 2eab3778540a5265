import { canonicalAddress } from '../../src/base/address.ts';
import { isRecord, textOf, type JsonRecord } from '../../src/connector/index.ts';
import type { FieldTrust, Role } from '../../src/schema/subject.ts';

/** An address of an EVE record with its part in what happened. */
export interface Side {
  /** Canonical. */
  ip: string;
  /** Where it stands in the view. */
  field: string;
  role: Role;
}

const objectAt = (eve: JsonRecord, name: string): JsonRecord => {
  const value = eve[name];
  return isRecord(value) ? value : {};
};

const addressAt = (record: JsonRecord, name: string): string | undefined => {
  const text = textOf(record[name]);
  return text === undefined ? undefined : canonicalAddress(text);
};

/** Records of one request: Suricata puts the client first, whoever sent the packet. */
const clientFirst = new Set([
  'http',
  'tls',
  'ssh',
  'flow',
  'ftp',
  'krb5',
  'rdp',
  'smb',
  'nfs',
  'rfb',
  'mqtt',
  'snmp',
  'quic',
  'sip',
]);

/** Which side the packet came from; undefined when nothing tells. */
function isFromClient(eve: JsonRecord): boolean | undefined {
  const direction = textOf(eve['direction']);
  if (direction === 'to_server') return true;
  if (direction === 'to_client') return false;
  // Since 7.0 the flow says who opened it, whatever the packet's direction.
  const opener = addressAt(objectAt(eve, 'flow'), 'src_ip');
  const source = addressAt(eve, 'src_ip');
  if (opener !== undefined && opener !== addressAt(objectAt(eve, 'flow'), 'dest_ip')) return opener === source;
  const type = textOf(eve['event_type']) ?? '';
  if (clientFirst.has(type)) return true;
  if (type === 'dns') return isDnsRequest(objectAt(eve, 'dns'));
  if (/^(?:IPv6-)?ICMP/i.test(textOf(eve['proto']) ?? '')) return true;
  const [from, to] = [Number(eve['src_port']), Number(eve['dest_port'])];
  if (to < 1_024 && from >= 1_024) return true;
  if (from < 1_024 && to >= 1_024) return false;
  return undefined;
}

/** 7.x says query and answer, 8.x request and response. */
export function isDnsRequest(dns: JsonRecord): boolean {
  return dns['type'] === 'query' || dns['type'] === 'request';
}

/** What the rule's author says is attacked (`metadata: attack_target …`): the server's or the client's end. */
function attackedEnd(eve: JsonRecord): 'server' | 'client' | undefined {
  const metadata = objectAt(objectAt(eve, 'alert'), 'metadata')['attack_target'];
  const text = (Array.isArray(metadata) ? metadata : [metadata]).map((entry) => textOf(entry) ?? '').join(' ');
  const [server, client] = [/server/i.test(text), /client/i.test(text)];
  return server === client ? undefined : server ? 'server' : 'client';
}

/**
 * Who did it and who suffered: the rule's own `target` (alert.source, alert.target), else attack_target with the
 * direction, else who opened the connection towards the server. An alert on an answer, or one whose direction is
 * unknown, tells no actor: both are `target`, and nothing can be contained for it.
 */
export function sidesOf(eve: JsonRecord): Side[] {
  const sides: Side[] = [];
  const add = (ip: string | undefined, field: string, role: Role): void => {
    if (ip !== undefined) sides.push({ ip, field, role });
  };
  const alert = objectAt(eve, 'alert');
  const [source, target] = [addressAt(objectAt(alert, 'source'), 'ip'), addressAt(objectAt(alert, 'target'), 'ip')];
  if (source !== undefined || target !== undefined) {
    add(source, 'alert.source.ip', 'actor');
    add(target, 'alert.target.ip', 'victim');
    return sides;
  }
  const fromClient = isFromClient(eve);
  const end = attackedEnd(eve);
  let roles: readonly [Role, Role] = ['target', 'target'];
  if (fromClient !== undefined && end !== undefined)
    roles = (end === 'server') === fromClient ? ['actor', 'victim'] : ['victim', 'actor'];
  else if (fromClient === true) roles = ['actor', 'victim'];
  add(addressAt(eve, 'src_ip'), 'src_ip', roles[0]);
  add(addressAt(eve, 'dest_ip'), 'dest_ip', roles[1]);
  return sides;
}

/** Records that only exist once a TCP connection carried data both ways. */
const needsConnection = new Set([
  'http',
  'tls',
  'ssh',
  'smb',
  'ftp',
  'ftp_data',
  'smtp',
  'krb5',
  'rdp',
  'rfb',
  'mqtt',
  'nfs',
  'http2',
]);
const established = new Set([
  'established',
  'closed',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close_wait',
  'last_ack',
  'closing',
  'bypassed',
]);

/**
 * `structured` when the addresses cannot be forged: a TCP connection whose handshake was seen to complete.
 * UDP, ICMP and half-open TCP are `free`: anybody can write somebody else's address there.
 */
export function addressTrust(eve: JsonRecord): FieldTrust {
  if (textOf(eve['proto'])?.toUpperCase() !== 'TCP') return 'free';
  const flow = objectAt(eve, 'flow');
  const toClient = Number(flow['pkts_toclient'] ?? Number.NaN);
  if (toClient === 0) return 'free';
  const tcpState = textOf(objectAt(eve, 'tcp')['state']);
  const state = tcpState ?? textOf(flow['state']);
  if (state !== undefined) return established.has(state.toLowerCase()) ? 'structured' : 'free';
  if (needsConnection.has(textOf(eve['event_type']) ?? '')) return 'structured';
  // Protocol detection reads the reassembled stream, so even "failed" says that there was one; counts alone can be forged blind.
  const protocol = textOf(eve['app_proto']);
  if (protocol === undefined) return 'free';
  return toClient >= (protocol === 'failed' ? 2 : 1) ? 'structured' : 'free';
}
