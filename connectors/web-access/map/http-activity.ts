import { canonicalAddress } from '../../../src/base/address.ts';
import { fieldsOf, httpActivityOfMethod, ocsfEvent } from '../../../src/connector/index.ts';

/** OCSF HTTP Activity (4002). */
export function httpActivityOf(
  view: Readonly<Record<string, unknown>>,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(view);
  const method = fields.text('cs-method');
  const activity = httpActivityOfMethod(method);
  const host = fields.text('cs-host');
  const status = fields.integer('sc-status') ?? 0;
  const hops = fields
    .text('x-forwarded-for')
    ?.split(',')
    .map((hop) => canonicalAddress(hop.trim()));
  const attributes = {
    activity_name: activity.name,
    http_request: {
      http_method: method,
      version: fields.text('cs-version'),
      user_agent: fields.text('cs-user-agent'),
      referrer: fields.text('cs-referer'),
      url: {
        url_string: fields.text('cs-uri'),
        path: fields.text('cs-uri-stem'),
        query_string: fields.text('cs-uri-query'),
        hostname: view['cs-uri'] ? host : undefined,
      },
      x_forwarded_for: hops?.filter((hop) => hop !== undefined),
    },
    http_response: { code: status, body_length: fields.integer('sc-bytes') },
    status_id: status >= 400 ? 2 : 1,
    status_code: String(status),
    src_endpoint: { ip: fields.text('c-ip'), hostname: fields.text('c-host') },
    proxy_endpoint: { ip: fields.text('proxy-ip') },
    dst_endpoint: host === undefined ? undefined : { hostname: host, port: fields.port('s-port') },
    actor: { user: { name: fields.text('cs-username') } },
  };
  return ocsfEvent(
    {
      classUid: 4002,
      activityId: activity.id,
      severityId: 1,
      time,
      product: { name: 'Web server access log', vendor_name: 'Apache or nginx' },
      rawData,
    },
    attributes,
    fields.rest(),
  );
}
