import type { Fields } from '../../../src/connector/index.ts';

export const opensshProduct = { name: 'OpenSSH', vendor_name: 'OpenBSD' };

/** What both classes say of the connection and the machine; taken from the fields. */
export function placesOf(fields: Fields): Record<string, unknown> {
  const ip = fields.text('src_ip');
  const hostname = ip === undefined ? fields.text('src_host') : undefined;
  const host = fields.text('host');
  const hasSource = ip !== undefined || hostname !== undefined;
  return {
    message: fields.text('message'),
    count: fields.integer('repeat'),
    status_detail: fields.text('reason'),
    src_endpoint: hasSource ? { ip, hostname, port: fields.integer('src_port') } : undefined,
    dst_endpoint: { hostname: host, svc_name: 'sshd' },
    device: host === undefined ? undefined : { hostname: host, type_id: 0 },
  };
}
