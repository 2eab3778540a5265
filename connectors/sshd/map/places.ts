import { ocsfEvent, type Fields } from '../../../src/connector/index.ts';

const product = { name: 'OpenSSH', vendor_name: 'OpenBSD' };

/** An event of one of the two classes, with what both say of the connection and the machine. */
export function sshdEvent(
  head: { classUid: number; activityId: number; event: string; time: number; rawData: string },
  fields: Fields,
  attributes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { event, ...more } = head;
  const all = { ...placesOf(fields), ...attributes };
  return ocsfEvent({ ...more, severityId: 1, product, metadata: { event_code: event } }, all, fields.rest());
}

function placesOf(fields: Fields): Record<string, unknown> {
  const ip = fields.text('src_ip');
  const hostname = ip === undefined ? fields.text('src_host') : undefined;
  const host = fields.text('host');
  const hasSource = ip !== undefined || hostname !== undefined;
  return {
    message: fields.text('message'),
    count: fields.integer('repeat'),
    status_detail: fields.text('reason'),
    src_endpoint: hasSource ? { ip, hostname, port: fields.port('src_port') } : undefined,
    dst_endpoint: { hostname: host, svc_name: 'sshd' },
    device: host === undefined ? undefined : { hostname: host, type_id: 0 },
  };
}
