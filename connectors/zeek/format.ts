import { isRecord, readJsonRecord, recordTime, subjectList, textOf } from '../../src/connector/index.ts';
import type { Format, ReadContext } from '../../src/connector/index.ts';
import type { FieldTrust, Subject } from '../../src/schema/subject.ts';
import { toOcsf } from './map.ts';
import { readTsv } from './tsv.ts';
import { feeds, logsourcesOf, viewOf } from './view.ts';

type Json = Readonly<Record<string, unknown>>;

/** A line of one of Zeek's logs. */
interface ZeekLine {
  /** The log: `conn`, `dns`, … */
  path: string;
  record: Json;
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

function idNames(id: Json): Json {
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

function guessed(record: Json): string | undefined {
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
function addressTrust(path: string, view: Json): FieldTrust {
  if (overTcp.has(path)) return 'structured';
  const state = textOf(view['conn_state']) ?? '';
  return path === 'conn' && view['proto'] === 'tcp' && established.has(state) ? 'structured' : 'free';
}

function subjectsOf(path: string, view: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  const trust = addressTrust(path, view);
  list.add('ip', view['id.orig_h'], 'actor', 'id.orig_h', trust);
  list.add('ip', view['id.resp_h'], 'victim', 'id.resp_h', trust);
  if (path === 'http') list.add('domain', view['host'], 'target', 'host', 'free');
  if (path === 'dns') list.add('domain', view['query'], 'target', 'query', 'free');
  if (path === 'ssl') list.add('domain', view['server_name'], 'target', 'server_name', 'free');
  return list.subjects;
}

/** Zeek's logs as JSON (any of them) and in the tab-separated form (default columns of the commonest). */
export const zeek: Format = {
  name: 'zeek',
  title: 'Zeek logs (JSON, TSV)',
  feeds,
  recognise(line) {
    const read = readZeek(line);
    if (!read) return 0;
    return '_path' in read.record || 'uid' in read.record || line.startsWith('{"@stream"') ? 2 : 1;
  },
  read(line, context) {
    const read = readZeek(line);
    if (!read) return undefined;
    const { path, record } = read;
    const view = viewOf(path, record);
    const time = recordTime(record['ts'], context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources: logsourcesOf(path),
      view,
      subjects: subjectsOf(path, view, context),
      toOcsf: () => toOcsf(path, record, time ?? context.receivedAt, line),
    };
  },
};
