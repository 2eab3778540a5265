import { canonicalAddress } from '../../src/base/address.ts';
import { fieldsOf, httpActivityOfMethod, ocsfEvent, recordFormat, utcTime } from '../../src/connector/index.ts';
import { readIisLine, type IisLine } from './line.ts';

/** The columns, texts with their blanks; most of SigmaHQ's rules look for paths in `cs-uri-query` too. */
function viewOf(read: IisLine): Record<string, unknown> {
  const { 'cs-uri-stem': stem, 'cs-uri-query': query, 'cs-user-agent': agent } = read;
  const uri = stem === undefined ? undefined : query === undefined ? stem : `${stem}?${query}`;
  return {
    ...read,
    ...(uri === undefined ? {} : { 'cs-uri': uri, 'cs-uri-query': query === undefined ? uri : [query, uri] }),
    ...(agent === undefined ? {} : { 'cs-user-agent': agent.replaceAll('+', ' ') }),
    'sc-status': Number(read['sc-status']),
  };
}

/** OCSF HTTP Activity (4002). */
function toOcsf(read: IisLine, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(read);
  for (const name of ['date', 'time']) fields.value(name);
  const method = fields.text('cs-method');
  const activity = httpActivityOfMethod(method);
  const status = fields.integer('sc-status') ?? 0;
  const [stem, query] = [fields.text('cs-uri-stem'), fields.text('cs-uri-query')];
  const server = canonicalAddress(fields.text('s-ip') ?? '');
  const attributes = {
    activity_name: activity.name,
    http_request: {
      http_method: method,
      user_agent: fields.text('cs-user-agent')?.replaceAll('+', ' '),
      referrer: fields.text('cs-referer'),
      version: fields.text('cs-version'),
      url: {
        url_string: stem === undefined ? undefined : query === undefined ? stem : `${stem}?${query}`,
        path: stem,
        query_string: query,
        hostname: stem === undefined ? undefined : fields.text('cs-host'),
      },
    },
    http_response: { code: status, body_length: fields.integer('sc-bytes') },
    status_id: status >= 400 ? 2 : 1,
    status_code: String(status),
    src_endpoint: { ip: canonicalAddress(fields.text('c-ip') ?? '') },
    dst_endpoint: server === undefined ? undefined : { ip: server, port: fields.port('s-port') },
    actor: { user: { name: fields.text('cs-username') } },
  };
  const product = { name: 'Internet Information Services', vendor_name: 'Microsoft' };
  return ocsfEvent(
    { classUid: 4002, activityId: activity.id, severityId: 1, time, product, rawData },
    attributes,
    fields.rest(),
  );
}

/** IIS' W3C log in its default columns. */
export const iis = recordFormat<IisLine>({
  name: 'iis',
  title: 'Microsoft IIS log (W3C)',
  feeds: [{ category: 'webserver' }],
  record: readIisLine,
  time: ({ date, time }) => utcTime(`${date}T${time}`),
  view: viewOf,
  subjects(list, read) {
    list.add('ip', read['c-ip'], 'actor', 'c-ip', 'anchored');
    list.add('ip', read['s-ip'], 'victim', 's-ip', 'anchored');
    list.add('user', read['cs-username'], 'target', 'cs-username', 'free');
  },
  toOcsf,
});
