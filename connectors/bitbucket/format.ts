import {
  auditCall,
  auditLogon,
  fieldsOf,
  isRecord,
  readJsonRecord,
  recordTime,
  subjectList,
  textOf,
  type AuditCall,
} from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';

type Json = Readonly<Record<string, unknown>>;

const logsources: readonly Logsource[] = [{ product: 'bitbucket', service: 'audit' }];

/** An event of the audit file: what was done stands in `auditType`. */
function readAudit(line: string): Json | undefined {
  const record = readJsonRecord(line);
  const type = record?.['auditType'];
  return record && isRecord(type) && typeof type['action'] === 'string' && typeof type['category'] === 'string'
    ? record
    : undefined;
}

const part = (of: unknown, name: string): unknown => (isRecord(of) ? of[name] : undefined);
const isAuthentication = (record: Json): boolean => part(record['auditType'], 'category') === 'Authentication';
const hasFailed = (record: Json): boolean => /fail|unauthorized/i.test(String(part(record['auditType'], 'action')));

/** `source` may be a list behind proxies: `client,proxy`; only the last is the server's own word. */
function sourceOf(record: Json): string | undefined {
  return textOf(record['source'])?.split(',').at(-1)?.trim();
}

function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', sourceOf(record), 'actor', 'source', 'structured');
  const isLogon = isAuthentication(record);
  const trust = isLogon && hasFailed(record) ? 'free' : 'structured';
  list.add('user', part(record['author'], 'name'), isLogon ? 'target' : 'actor', 'author.name', trust);
  return list.subjects;
}

/** OCSF Authentication (3002) for logins, API Activity (6003) for the rest. */
function toOcsf(record: Json, time: number, rawData: string): Record<string, unknown> {
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

/** Seconds and nanoseconds, or a time in any other form. */
function timeOf(record: Json, context: ReadContext): number | undefined {
  const { timestamp } = record;
  return recordTime(part(timestamp, 'epochSecond') ?? timestamp, context);
}

/** Bitbucket Data Center's audit file, one event a line. */
export const bitbucketAudit: Format = {
  name: 'bitbucket-audit',
  title: 'Bitbucket audit log',
  feeds: logsources,
  recognise(line) {
    return line.trimStart().startsWith('{') && readAudit(line) ? 2 : 0;
  },
  read(line, context) {
    const record = readAudit(line);
    if (!record) return undefined;
    const time = timeOf(record, context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: record,
      subjects: subjectsOf(record, context),
      toOcsf: () => toOcsf(record, time ?? context.receivedAt, line),
    };
  },
};
