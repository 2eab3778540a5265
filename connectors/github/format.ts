import {
  auditCall,
  epochTime,
  fieldsOf,
  readJsonRecord,
  recordFormat,
  recordTime,
  type JsonRecord,
} from '../../src/connector/index.ts';

/** Streams and exports of the audit log: an action such as `repo.create`, and an actor or an organisation. */
function readAudit(line: string): JsonRecord | undefined {
  const record = readJsonRecord(line);
  const action = record?.['action'];
  if (!record || typeof action !== 'string' || !/^[a-z0-9_]{1,64}(?:\.[a-z0-9_.]{1,64})?$/.test(action))
    return undefined;
  const isGithub = ['org', 'org_id', 'business', 'repo', '_document_id'].some((name) => name in record);
  return isGithub && ('actor' in record || 'created_at' in record) ? record : undefined;
}

/** OCSF API Activity (6003). */
function toOcsf(record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
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
export const githubAudit = recordFormat<JsonRecord>({
  name: 'github-audit',
  title: 'GitHub audit log',
  feeds: [{ product: 'github', service: 'audit' }],
  record: readAudit,
  isSure: (record) =>
    ['_document_id', 'actor_location', 'org_id', 'business_id', 'repo_id'].some((name) => name in record),
  time: (record, context) =>
    epochTime(record['@timestamp']) ??
    recordTime(record['@timestamp'], context) ??
    recordTime(record['created_at'], context),
  view: (record) => record,
  subjects(list, record) {
    list.add('ip', record['actor_ip'], 'actor', 'actor_ip', 'structured');
    list.add('user', record['actor'], 'actor', 'actor', 'structured');
    if (record['user'] !== record['actor']) list.add('user', record['user'], 'target', 'user', 'structured');
  },
  toOcsf,
});
