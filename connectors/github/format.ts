import { auditCall, epochTime, fieldsOf, readJsonRecord, recordTime, subjectList } from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';

type Json = Readonly<Record<string, unknown>>;

const logsources: readonly Logsource[] = [{ product: 'github', service: 'audit' }];

/** Streams and exports of the audit log: an action such as `repo.create`, and an actor or an organisation. */
function readAudit(line: string): Json | undefined {
  const record = readJsonRecord(line);
  const action = record?.['action'];
  if (!record || typeof action !== 'string' || !/^[a-z0-9_]{1,64}(?:\.[a-z0-9_.]{1,64})?$/.test(action))
    return undefined;
  const isGithub = ['org', 'org_id', 'business', 'repo', '_document_id'].some((name) => name in record);
  return isGithub && ('actor' in record || 'created_at' in record) ? record : undefined;
}

function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', record['actor_ip'], 'actor', 'actor_ip', 'structured');
  list.add('user', record['actor'], 'actor', 'actor', 'structured');
  if (record['user'] !== record['actor']) list.add('user', record['user'], 'target', 'user', 'structured');
  return list.subjects;
}

/** OCSF API Activity (6003). */
function toOcsf(record: Json, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  const [name, uid] = [fields.text('repo') ?? fields.text('org'), fields.text('repo_id') ?? fields.text('org_id')];
  fields.value('@timestamp');
  fields.value('created_at');
  return auditCall(fields, {
    product: { name: 'Audit log', vendor_name: 'GitHub' },
    provider: 'GitHub',
    account: fields.text('org') ?? fields.text('business'),
    operation: fields.text('action'),
    service: 'github',
    actor: { name: fields.text('actor'), uid: fields.text('actor_id') },
    source: fields.text('actor_ip'),
    userAgent: fields.text('user_agent'),
    uid: fields.text('_document_id'),
    resources: [{ name, uid, type: record['repo'] === undefined ? 'organization' : 'repository' }],
    time,
    rawData,
  });
}

/** GitHub's organisation and enterprise audit log, as streamed or exported: one event a line. */
export const githubAudit: Format = {
  name: 'github-audit',
  title: 'GitHub audit log',
  feeds: logsources,
  recognise(line) {
    const record = line.trimStart().startsWith('{') ? readAudit(line) : undefined;
    if (!record) return 0;
    return ['_document_id', 'actor_location', 'org_id', 'business_id', 'repo_id'].some((name) => name in record)
      ? 2
      : 1;
  },
  read(line, context) {
    const record = readAudit(line);
    if (!record) return undefined;
    const time =
      epochTime(record['@timestamp']) ??
      recordTime(record['@timestamp'], context) ??
      recordTime(record['created_at'], context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: record,
      subjects: subjectsOf(record, context),
      toOcsf: () => toOcsf(record, time ?? context.receivedAt, line),
    };
  },
};
