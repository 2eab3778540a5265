import {
  auditCall,
  auditLogon,
  fieldsOf,
  isRecord,
  readJsonRecord,
  recordFormat,
  recordTime,
  textOf,
  valueAt,
  type AuditCall,
  type JsonRecord,
} from '../../src/connector/index.ts';

/** An event of the audit file: what was done stands in `auditType`. */
function readAudit(line: string): JsonRecord | undefined {
  const record = readJsonRecord(line);
  const type = record?.['auditType'];
  return record && isRecord(type) && typeof type['action'] === 'string' && typeof type['category'] === 'string'
    ? record
    : undefined;
}

const isAuthentication = (record: JsonRecord): boolean => valueAt(record, 'auditType', 'category') === 'Authentication';
const hasFailed = (record: JsonRecord): boolean =>
  /fail|unauthorized/i.test(String(valueAt(record, 'auditType', 'action')));

/** `source` may be a list behind proxies: `client,proxy`; only the last is the server's own word. */
function sourceOf(record: JsonRecord): string | undefined {
  return textOf(record['source'])?.split(',').at(-1)?.trim();
}

/** OCSF Authentication (3002) for logins, API Activity (6003) for the rest. */
function toOcsf(record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  fields.value('timestamp');
  fields.value('source');
  const name = fields.text('author', 'name');
  const call: AuditCall = {
    product: { name: 'Bitbucket', vendor_name: 'Atlassian' },
    provider: 'Atlassian',
    operation: fields.text('auditType', 'action'),
    service: fields.text('auditType', 'category'),
    actor: { name, uid: fields.text('author', 'id') },
    source: sourceOf(record),
    isSuccess: !hasFailed(record),
    time,
    rawData,
  };
  return isAuthentication(record) ? auditLogon(fields, call, { user: name ?? 'unknown' }) : auditCall(fields, call);
}

/** Bitbucket Data Center's audit file, one event a line. */
export const bitbucketAudit = recordFormat<JsonRecord>({
  name: 'bitbucket-audit',
  title: 'Bitbucket audit log',
  feeds: [{ product: 'bitbucket', service: 'audit' }],
  record: readAudit,
  // Seconds and nanoseconds, or a time in any other form.
  time: ({ timestamp }, context) => recordTime(valueAt(timestamp, 'epochSecond') ?? timestamp, context),
  view: (record) => record,
  subjects(list, record) {
    list.add('ip', sourceOf(record), 'actor', 'source', 'structured');
    const isLogon = isAuthentication(record);
    const trust = isLogon && hasFailed(record) ? 'free' : 'structured';
    list.add('user', valueAt(record, 'author', 'name'), isLogon ? 'target' : 'actor', 'author.name', trust);
  },
  toOcsf,
});
