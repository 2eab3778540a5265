import { fieldsOf, ocsfEvent } from '../../../src/connector/index.ts';
import { connectionOf, metadataOf, suricataProduct, trafficOf } from './places.ts';

const activities: Readonly<Record<string, number>> = {
  CONNECT: 1,
  DELETE: 2,
  GET: 3,
  HEAD: 4,
  OPTIONS: 5,
  POST: 6,
  PUT: 7,
  TRACE: 8,
  PATCH: 9,
};

/** OCSF HTTP Activity (4002). */
export function httpActivityOf(
  eve: Readonly<Record<string, unknown>>,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(eve);
  const metadata = metadataOf(fields);
  const method = fields.text('http', 'http_method');
  const activityId =
    method === undefined ? 0 : ((Object.hasOwn(activities, method) ? activities[method] : undefined) ?? 99);
  const url = fields.text('http', 'url');
  const status = fields.integer('http', 'status');
  const request = {
    http_method: method,
    user_agent: fields.text('http', 'http_user_agent'),
    referrer: fields.text('http', 'http_refer'),
    version: fields.text('http', 'protocol'),
    url: url === undefined ? undefined : { url_string: url, hostname: fields.text('http', 'hostname') },
  };
  const response = {
    code: status ?? 0,
    body_length: fields.integer('http', 'length'),
    content_type: fields.text('http', 'http_content_type'),
  };
  const attributes = {
    ...connectionOf(fields),
    ...trafficOf(fields),
    activity_name: activityId === 99 ? method : undefined,
    http_request: request,
    http_response: response,
    status_id: status === undefined ? undefined : status >= 400 ? 2 : 1,
  };
  return ocsfEvent(
    { classUid: 4002, activityId, severityId: 1, time, product: suricataProduct, metadata, rawData },
    attributes,
    fields.rest(),
  );
}
