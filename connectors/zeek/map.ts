import { canonicalAddress } from '../../src/base/address.ts';
import {
  fieldsOf,
  httpActivityOfMethod,
  ocsfEvent,
  textOf,
  type Fields,
  type JsonRecord,
} from '../../src/connector/index.ts';

const product = { name: 'Zeek', vendor_name: 'Zeek' };

/** The end of a connection, under either spelling of its columns. */
function endpoint(fields: Fields, end: 'orig' | 'resp'): JsonRecord | undefined {
  const ip = canonicalAddress(fields.text(`id.${end}_h`) ?? fields.text(`id_${end}_h`) ?? '');
  const port = fields.port(`id.${end}_p`) ?? fields.port(`id_${end}_p`);
  return ip === undefined ? undefined : { ip, port };
}

function httpParts(fields: Fields): JsonRecord {
  const method = fields.text('method');
  const code = fields.integer('status_code');
  const uri = fields.text('uri');
  return {
    activity_name: httpActivityOfMethod(method).name,
    http_request: {
      http_method: method,
      user_agent: fields.text('user_agent'),
      referrer: fields.text('referrer'),
      version: fields.text('version'),
      url: uri === undefined ? undefined : { url_string: uri, hostname: fields.text('host') },
    },
    http_response: { code: code ?? 0, body_length: fields.integer('response_body_len') },
    status_id: code === undefined ? undefined : code >= 400 ? 2 : 1,
  };
}

function dnsParts(fields: Fields): JsonRecord {
  const hostname = fields.text('query');
  const rcode = fields.integer('rcode');
  const answers = fields.value('answers');
  return {
    query:
      hostname === undefined
        ? undefined
        : { hostname, type: fields.text('qtype_name'), packet_uid: fields.integer('trans_id') },
    answers: (Array.isArray(answers) ? answers : []).flatMap((answer: unknown) => {
      const rdata = textOf(answer);
      return rdata === undefined ? [] : [{ rdata }];
    }),
    rcode_id: rcode === undefined ? undefined : rcode >= 0 && rcode <= 10 ? rcode : 99,
  };
}

/** OCSF: http is 4002, dns 4003, other logs of a connection 4001 (6 Traffic); what has no connection is a base event. */
export function toOcsf(path: string, record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  fields.value('ts');
  const [source, destination] = [endpoint(fields, 'orig'), endpoint(fields, 'resp')];
  const metadata = { log_name: path, event_code: path, correlation_uid: fields.text('uid') };
  const head = { severityId: 1, time, product, metadata, rawData };
  if (!source && !destination)
    return ocsfEvent({ ...head, classUid: 0, activityId: 99 }, { activity_name: path }, fields.rest());
  const connection = {
    src_endpoint: source,
    dst_endpoint: destination,
    connection_info: { direction_id: 0, protocol_name: fields.text('proto')?.toLowerCase() },
    traffic: { bytes_out: fields.integer('orig_bytes'), bytes_in: fields.integer('resp_bytes') },
    app_protocol_name: fields.text('service') ?? (path === 'conn' ? undefined : path),
  };
  if (path === 'http') {
    const activityId = httpActivityOfMethod(textOf(record['method'])).id;
    return ocsfEvent({ ...head, classUid: 4002, activityId }, { ...connection, ...httpParts(fields) }, fields.rest());
  }
  if (path === 'dns') {
    const parts = dnsParts(fields);
    const activityId = parts['rcode_id'] === undefined ? 1 : 2;
    return ocsfEvent({ ...head, classUid: 4003, activityId }, { ...connection, ...parts }, fields.rest());
  }
  return ocsfEvent({ ...head, classUid: 4001, activityId: 6 }, connection, fields.rest());
}
