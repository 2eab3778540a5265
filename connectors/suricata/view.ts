import { isRecord, openView, textOf, type JsonRecord } from '../../src/connector/index.ts';
import type { Logsource } from '../../src/connector/index.ts';
import { isDnsRequest } from './sides.ts';

const categories: Readonly<Record<string, string>> = { dns: 'dns', http: 'proxy', flow: 'firewall' };

/** Event types of EVE in Suricata 8. */
const eventTypes =
  'alert anomaly arp bittorrent_dht dcerpc dhcp dnp3 dns drop enip ether fileinfo flow ftp ftp_data http http2 ike krb5 ldap mdns metadata modbus mqtt netflow nfs packetinfo pgsql pop3 quic rdp rfb sip smb smtp snmp ssh stats tftp tls tunnel websocket'.split(
    ' ',
  );

export const feeds: readonly Logsource[] = eventTypes.flatMap(logsourcesOf);

/** `product: suricata` with the event type as service, and the general category whose fields the record also carries. */
export function logsourcesOf(eventType: string): Logsource[] {
  const own: Logsource = { product: 'suricata', service: eventType };
  const category = Object.hasOwn(categories, eventType) ? categories[eventType] : undefined;
  return category === undefined ? [own] : [own, { category }];
}

/** The record as it is, with SigmaHQ's names beside it where a general category has them. */
export function viewOf(eve: JsonRecord): Record<string, unknown> {
  const { view, put } = openView(eve);
  put('dst_ip', eve['dest_ip']);
  put('dst_port', eve['dest_port']);
  const { dns, http, flow } = eve;
  if (eve['event_type'] === 'flow' && isRecord(flow)) put('blocked', isBlocked(flow));
  if (isRecord(dns)) {
    const one = oneDns(dns);
    view['dns'] = one.dns;
    put('query', one.names);
    put('record_type', one.types);
    put('answer', one.answers);
  }
  if (isRecord(http) && eve['event_type'] !== 'dns') {
    const uri = textOf(http['url']);
    const mark = uri?.indexOf('?') ?? -1;
    const stem = mark < 0 ? uri : uri?.slice(0, mark);
    for (const side of ['c', 'cs']) {
      put(`${side}-uri`, uri);
      put(`${side}-uri-stem`, stem);
    }
    put('c-uri-extension', /\.(\w{1,16})$/.exec(stem?.slice(-32) ?? '')?.[1]);
    put('c-uri-query', mark < 0 ? undefined : uri?.slice(mark + 1));
    put('c-useragent', http['http_user_agent']);
    put('cs-host', http['hostname']);
    put('cs-method', http['http_method']);
    put('cs-referrer', http['http_refer']);
    put('cs-version', http['protocol']);
    put('sc-status', http['status']);
  }
  return view;
}

/** As a firewall would say it; `flow.action` is there when Suricata stands in the way. Without an answer nobody knows. */
function isBlocked(flow: JsonRecord): boolean | undefined {
  if (flow['action'] === 'drop') return true;
  return /^(?:established|closed|bypassed)$/.test(textOf(flow['state']) ?? '') ? false : undefined;
}

const records = (value: unknown): JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : isRecord(value) ? [value] : [];

/**
 * DNS of version 2 (7.x: `rrname` beside `type: query`, lists inside alerts) and version 3 (8.x: `queries`,
 * `type: request`) as one: version 3's names, the original ones kept.
 */
function oneDns(dns: JsonRecord): {
  dns: Record<string, unknown>;
  names: string[];
  types: string[];
  answers: string[];
} {
  const asked = [...records(dns['queries']), ...records(dns['query'])];
  if (asked.length === 0 && typeof dns['rrname'] === 'string') asked.push(dns);
  const answered = [
    ...records(dns['answers']),
    ...records(dns['answer']).flatMap((answer) => records(answer['answers'])),
  ];
  const texts = (list: JsonRecord[], name: string): string[] =>
    list.flatMap((entry) => (typeof entry[name] === 'string' ? [entry[name]] : []));
  const queries = asked.map((entry) => ({ rrname: entry['rrname'], rrtype: entry['rrtype'] }));
  const type = dns['type'] === undefined ? {} : { type: isDnsRequest(dns) ? 'request' : 'response' };
  return {
    dns: { ...dns, ...type, ...(queries.length > 0 ? { queries } : {}) },
    names: texts(asked, 'rrname'),
    types: texts(asked, 'rrtype'),
    answers: texts(answered, 'rdata'),
  };
}
