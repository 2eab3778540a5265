import { httpActivityOfMethod } from '../../../src/connector/index.ts';
import { connectionOf, eveMap, trafficOf } from './places.ts';

/** OCSF HTTP Activity (4002). */
export const httpActivityOf = eveMap((fields) => {
  const method = fields.text('http', 'http_method');
  const activity = httpActivityOfMethod(method);
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
    activity_name: activity.name,
    http_request: request,
    http_response: response,
    status_id: status === undefined ? undefined : status >= 400 ? 2 : 1,
  };
  return { classUid: 4002, activityId: activity.id, attributes };
});
