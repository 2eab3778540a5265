import {
  isRecord,
  readJsonRecord,
  recordFormat,
  recordTime,
  textOf,
  type JsonRecord,
} from '../../src/connector/index.ts';
import type { FieldTrust } from '../../src/schema/subject.ts';
import { toOcsf } from './map.ts';
import { readTsv } from './tsv.ts';
import { feeds, logsourcesOf, viewOf } from './view.ts';

/** A line of one of Zeek's logs. */
interface ZeekLine {
  /** The log: `conn`, `dns`, … */
  path: string;
  record: JsonRecord;
}

/** JSON names its log as `_path`, or `@stream` where a shipper says so; without a name the columns tell the commonest. */
function readZeek(line: string): ZeekLine | undefined {
  if (!line.trimStart().startsWith('{')) return readTsv(line);
  const found = readJsonRecord(line);
  if (!found || !['string', 'number'].includes(typeof found['ts'])) return undefined;
  const { id } = found;
  const record = isRecord(id) && 'orig_h' in id ? { ...found, ...idNames(id) } : found;
  const isConnection = 'id.orig_h' in record || 'id_orig_h' in record;
  const path = textOf(found['_path']) ?? textOf(found['@stream']) ?? (isConnection ? guessed(record) : undefined);
  return path !== undefined && /^[a-z0-9_]{1,64}$/.test(path) ? { path, record } : undefined;
}

function idNames(id: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(id).map(([name, value]) => [`id.${name}`, value]));
}

const tellTale: Readonly<Record<string, string>> = {
  conn_state: 'conn',
  qtype_name: 'dns',
  status_code: 'http',
  operation: 'dce_rpc',
  request_type: 'kerberos',
  security_protocol: 'rdp',
};

function guessed(record: JsonRecord): string | undefined {
  if (typeof record['action'] === 'string' && record['action'].startsWith('SMB::')) return 'smb_files';
  return Object.entries(tellTale).find(([name]) => name in record)?.[1];
}

/** Logs of protocols that only run inside of an established TCP connection. */
const overTcp = new Set([
  'http',
  'ssl',
  'smb_files',
  'smb_mapping',
  'dce_rpc',
  'rdp',
  'ssh',
  'ftp',
  'smtp',
  'ntlm',
  'mysql',
]);
const established = new Set(['SF', 'S1', 'S2', 'S3', 'RSTO', 'RSTR']);

/** Anybody can write any sender on UDP, ICMP and half-open TCP. */
function addressTrust(path: string, view: JsonRecord): FieldTrust {
  if (overTcp.has(path)) return 'structured';
  const state = textOf(view['conn_state']) ?? '';
  return path === 'conn' && view['proto'] === 'tcp' && established.has(state) ? 'structured' : 'free';
}

/** Where a log has the name that somebody asked for. */
const domainFields: Readonly<Record<string, string>> = { http: 'host', dns: 'query', ssl: 'server_name' };

/** Zeek's logs as JSON (any of them) and in the tab-separated form (default columns of the commonest). */
export const zeek = recordFormat<ZeekLine>({
  name: 'zeek',
  title: 'Zeek logs (JSON, TSV)',
  feeds,
  record: readZeek,
  isSure: ({ record }, line) => '_path' in record || 'uid' in record || line.startsWith('{"@stream"'),
  time: ({ record }, context) => recordTime(record['ts'], context),
  logsources: ({ path }) => logsourcesOf(path),
  view: ({ path, record }) => viewOf(path, record),
  subjects(list, { path }, view) {
    const trust = addressTrust(path, view);
    list.add('ip', view['id.orig_h'], 'actor', 'id.orig_h', trust);
    list.add('ip', view['id.resp_h'], 'victim', 'id.resp_h', trust);
    const field = Object.hasOwn(domainFields, path) ? domainFields[path] : undefined;
    if (field !== undefined) list.add('domain', view[field], 'target', field, 'free');
  },
  toOcsf: ({ path, record }, time, line) => toOcsf(path, record, time, line),
});
