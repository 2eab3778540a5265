import { canonicalAddress } from '../../../src/base/address.ts';
import { fieldsOf, isRecord, ocsfEvent, recordTime, type Fields } from '../../../src/connector/index.ts';

const product = { name: 'Suricata', vendor_name: 'OISF' };

/** `metadata` of every class: EVE's own ids and names. */
function metadataOf(fields: Fields): Record<string, unknown> {
  return {
    event_code: fields.text('event_type'),
    original_time: fields.text('timestamp'),
    correlation_uid: fields.text('flow_id'),
    log_source: fields.text('host'),
  };
}

function endpoint(fields: Fields, prefix: 'src' | 'dest'): Record<string, unknown> | undefined {
  const text = fields.text(`${prefix}_ip`);
  const ip = text === undefined ? undefined : canonicalAddress(text);
  return ip === undefined ? undefined : { ip, port: fields.port(`${prefix}_port`) };
}

const none = { receivedAt: 0, timeZone: '' };

/** Endpoints and connection, as the network classes and a finding's evidence have them. */
export function connectionOf(fields: Fields): Record<string, unknown> {
  const version = fields.integer('ip_v');
  return {
    src_endpoint: endpoint(fields, 'src'),
    dst_endpoint: endpoint(fields, 'dest'),
    connection_info: {
      // 0 unknown: EVE tells the side of the packet, not inbound or outbound of the site.
      direction_id: 0,
      protocol_name: fields.text('proto')?.toLowerCase(),
      protocol_ver_id: version === 4 || version === 6 ? version : undefined,
      community_uid: fields.text('community_id'),
    },
  };
}

/** What only the network classes have. */
export function trafficOf(fields: Fields): Record<string, unknown> {
  return {
    traffic: {
      bytes_out: fields.integer('flow', 'bytes_toserver'),
      bytes_in: fields.integer('flow', 'bytes_toclient'),
      packets_out: fields.integer('flow', 'pkts_toserver'),
      packets_in: fields.integer('flow', 'pkts_toclient'),
      start_time: recordTime(fields.value('flow', 'start'), none),
      end_time: recordTime(fields.value('flow', 'end'), none),
    },
    app_protocol_name: fields.text('app_proto'),
  };
}

/** The list of records at a place, for answers and queries. */
export function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : isRecord(value) ? [value] : [];
}

type Eve = Readonly<Record<string, unknown>>;

/** What a class of OCSF says of a record; the severity is informational where it says none. */
interface Mapped {
  classUid: number;
  activityId: number;
  severityId?: number;
  attributes: Eve;
}

/** A map of EVE records to a class of OCSF. */
export function eveMap(
  map: (fields: Fields, metadata: Eve, eve: Eve) => Mapped,
): (eve: Eve, time: number, rawData: string) => Record<string, unknown> {
  return (eve, time, rawData) => {
    const fields = fieldsOf(eve);
    const metadata = metadataOf(fields);
    const { attributes, severityId = 1, ...ids } = map(fields, metadata, eve);
    return ocsfEvent({ ...ids, severityId, time, product, metadata, rawData }, attributes, fields.rest());
  };
}
