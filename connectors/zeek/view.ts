import { textOf, type JsonRecord } from '../../src/connector/index.ts';
import type { Logsource } from '../../src/connector/index.ts';

/** The general categories whose fields a log also carries. */
const categories: Readonly<Record<string, string>> = { dns: 'dns', http: 'proxy', conn: 'firewall' };

/** The logs that Zeek writes by itself; scripts add others, which keep their name as service. */
const paths =
  'analyzer capture_loss conn dce_rpc dhcp dnp3 dns dpd files ftp http intel irc kerberos known_certs known_hosts known_services ldap ldap_search modbus mqtt_connect mqtt_publish mqtt_subscribe mysql notice ntlm ntp ocsp pe postgresql quic radius rdp reporter rfb sip smb_files smb_mapping smtp snmp socks software ssh ssl stats syslog traceroute tunnel weird websocket x509';

/** Every logsource of those logs. */
export const feeds: readonly Logsource[] = paths.split(' ').flatMap(logsourcesOf);

export function logsourcesOf(path: string): Logsource[] {
  const own: Logsource = { product: 'zeek', service: path };
  const category = Object.hasOwn(categories, path) ? categories[path] : undefined;
  return category === undefined ? [own] : [own, { category }];
}

/** Names that JSON writers flatten with an underscore where Zeek has a dot. */
const flattened =
  /^(id_(?:orig|resp)_[hp]|certificate_\w+|san_(?:dns|uri|email|ip)|basic_constraints_\w+|times_(?:modified|accessed|created|changed))$/;

function dotted(name: string): string {
  if (!flattened.test(name)) return name;
  const group = name.startsWith('basic_') ? 'basic_constraints' : name.slice(0, name.indexOf('_'));
  return `${group}.${name.slice(group.length + 1)}`;
}

/** Connections in which something was answered: what a firewall would call let through. */
const answered = new Set(['SF', 'S1', 'S2', 'S3', 'RSTO', 'RSTR']);

/** The record under Zeek's own names, with SigmaHQ's names of a general category beside them. */
export function viewOf(path: string, record: JsonRecord): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    view[name] = value;
    const own = dotted(name);
    if (own !== name && !Object.hasOwn(record, own)) view[own] = value;
  }
  const put = (name: string, value: unknown): void => {
    if (value !== undefined && !Object.hasOwn(view, name)) view[name] = value;
  };
  put('src_ip', view['id.orig_h']);
  put('src_port', view['id.orig_p']);
  put('dst_ip', view['id.resp_h']);
  put('dst_port', view['id.resp_p']);
  if (path === 'dns') {
    put('record_type', view['qtype_name']);
    put('answer', view['answers']);
  }
  if (path === 'conn' && answered.has(textOf(view['conn_state']) ?? '')) put('action', 'accept');
  if (path === 'http') {
    const uri = textOf(view['uri']);
    const mark = uri?.indexOf('?') ?? -1;
    put('c-uri', uri);
    put('cs-uri', uri);
    put('c-uri-stem', mark < 0 ? uri : uri?.slice(0, mark));
    put('cs-uri-stem', mark < 0 ? uri : uri?.slice(0, mark));
    put('c-uri-query', mark < 0 ? undefined : uri?.slice(mark + 1));
    put('c-uri-extension', /\.(\w{1,16})$/.exec((mark < 0 ? uri : uri?.slice(0, mark))?.slice(-32) ?? '')?.[1]);
    put('c-useragent', view['user_agent']);
    put('cs-host', view['host']);
    put('cs-method', view['method']);
    put('cs-referrer', view['referrer']);
    put('sc-status', view['status_code']);
  }
  return view;
}
