import { canonicalAddress } from '../../src/base/address.ts';
import {
  fieldsOf,
  ocsfEvent,
  readJsonRecord,
  recordFormat,
  recordTime,
  textOf,
  utcTime,
  valueAt,
  type JsonRecord,
} from '../../src/connector/index.ts';
import type { FieldTrust } from '../../src/schema/subject.ts';

/** Every alert has these; `logdata` holds what the visitor sent. */
function readAlert(line: string): JsonRecord | undefined {
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

/** OCSF Network Activity (4001), 6 Traffic; what names no address is a base event. */
function toOcsf(record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
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
export const openCanary = recordFormat<JsonRecord>({
  name: 'opencanary',
  title: 'OpenCanary alerts',
  feeds: [{ product: 'opencanary', category: 'application' }],
  record: readAlert,
  time: (record, context) => utcTime(record['utc_time']) ?? recordTime(record['local_time'], context),
  view: (record) => record,
  subjects(list, record) {
    list.add('ip', record['src_host'], 'actor', 'src_host', addressTrust(Number(record['logtype'])));
    list.add('ip', record['dst_host'], 'victim', 'dst_host', 'structured');
    list.add('host', record['node_id'], 'victim', 'node_id', 'structured');
    list.add('user', valueAt(record, 'logdata', 'USERNAME'), 'target', 'logdata.USERNAME', 'free');
  },
  toOcsf,
});
