import { canonicalAddress } from '../../src/base/address.ts';
import {
  fieldsOf,
  isRecord,
  ocsfEvent,
  readJsonRecord,
  recordTime,
  subjectList,
  textOf,
} from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { FieldTrust, Subject } from '../../src/schema/subject.ts';

type Json = Readonly<Record<string, unknown>>;

const logsources: readonly Logsource[] = [{ product: 'opencanary', category: 'application' }];

/** Every alert has these; `logdata` holds what the visitor sent. */
function readAlert(line: string): Json | undefined {
  const record = readJsonRecord(line);
  if (!record || !Number.isSafeInteger(record['logtype'])) return undefined;
  return 'src_host' in record && 'dst_host' in record && 'node_id' in record ? record : undefined;
}

/** Scans need no answer, and TFTP, NTP, SNMP and SIP run over UDP: anybody can write any sender there. */
function addressTrust(logtype: number): FieldTrust {
  const service = Math.floor(logtype / 1_000);
  const isScan = logtype > 5_000 && logtype < 6_000;
  return isScan || [10, 11, 13, 15].includes(service) ? 'free' : 'structured';
}

function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', record['src_host'], 'actor', 'src_host', addressTrust(Number(record['logtype'])));
  list.add('ip', record['dst_host'], 'victim', 'dst_host', 'structured');
  list.add('host', record['node_id'], 'victim', 'node_id', 'structured');
  const sent = record['logdata'];
  if (isRecord(sent)) list.add('user', sent['USERNAME'], 'target', 'logdata.USERNAME', 'free');
  return list.subjects;
}

/** OCSF Network Activity (4001), 6 Traffic; what names no address is a base event. */
function toOcsf(record: Json, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  const endpoint = (side: 'src' | 'dst') => {
    const ip = canonicalAddress(textOf(record[`${side}_host`]) ?? '');
    if (ip !== undefined) fields.value(`${side}_host`);
    return ip === undefined ? undefined : { ip, port: fields.port(`${side}_port`) };
  };
  const [source, destination] = [endpoint('src'), endpoint('dst')];
  for (const name of ['utc_time', 'local_time', 'local_time_adjusted']) fields.value(name);
  const code = fields.text('logtype');
  const head = {
    severityId: 3,
    time,
    product: { name: 'OpenCanary', vendor_name: 'Thinkst' },
    metadata: { event_code: code, log_source: fields.text('node_id') },
    rawData,
  };
  if (!source && !destination)
    return ocsfEvent({ ...head, classUid: 0, activityId: 99 }, { activity_name: `logtype ${code}` }, fields.rest());
  const attributes = { src_endpoint: source, dst_endpoint: destination, connection_info: { direction_id: 1 } };
  return ocsfEvent({ ...head, classUid: 4001, activityId: 6 }, attributes, fields.rest());
}

/** Alerts of OpenCanary, the honeypot: one JSON record a line. */
export const openCanary: Format = {
  name: 'opencanary',
  title: 'OpenCanary alerts',
  feeds: logsources,
  recognise(line) {
    return line.trimStart().startsWith('{') && readAlert(line) ? 2 : 0;
  },
  read(line, context) {
    const record = readAlert(line);
    if (!record) return undefined;
    const time =
      recordTime(record['utc_time'], { ...context, timeZone: '' }) ?? recordTime(record['local_time'], context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: record,
      subjects: subjectsOf(record, context),
      toOcsf: () => toOcsf(record, time ?? context.receivedAt, line),
    };
  },
};
