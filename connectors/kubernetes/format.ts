import {
  auditCall,
  fieldsOf,
  isRecord,
  readJsonRecord,
  recordTime,
  subjectList,
  textOf,
} from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { viewOf } from './view.ts';

type Json = Readonly<Record<string, unknown>>;

const logsources: readonly Logsource[] = [{ product: 'kubernetes', category: 'application', service: 'audit' }];

/** An event of audit.k8s.io (events of the cluster itself have no verb); AKS delivers it as text in `properties.log` of a diagnostic record. */
function readAudit(line: string): Json | undefined {
  const found = readJsonRecord(line);
  const inner = isRecord(found?.['properties']) ? found['properties']['log'] : undefined;
  const record = typeof inner === 'string' ? readJsonRecord(inner) : found;
  if (record?.['kind'] !== 'Event' || typeof record['verb'] !== 'string') return undefined;
  return isRecord(record['objectRef']) || typeof record['requestURI'] === 'string' ? record : undefined;
}

/** Of several source addresses only the last is the API server's own word; the others the client may write itself. */
function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  const addresses: unknown = record['sourceIPs'];
  if (Array.isArray(addresses)) list.add('ip', addresses.at(-1), 'actor', 'sourceIPs', 'structured');
  const name = (field: string): unknown => (isRecord(record[field]) ? record[field]['username'] : undefined);
  list.add('user', name('user'), 'actor', 'user.username', 'structured');
  list.add('user', name('impersonatedUser'), 'target', 'impersonatedUser.username', 'structured');
  return list.subjects;
}

/** OCSF API Activity (6003). */
function toOcsf(record: Json, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  const addresses: unknown = record['sourceIPs'];
  const code = fields.integer('responseStatus', 'code');
  const parts = ['namespace', 'name', 'subresource'].map((name) => fields.text('objectRef', name));
  for (const name of ['requestReceivedTimestamp', 'stageTimestamp', 'kind', 'apiVersion']) fields.value(name);
  return auditCall(fields, {
    product: { name: 'Kubernetes', vendor_name: 'CNCF' },
    provider: 'Kubernetes',
    operation: fields.text('verb'),
    service: fields.text('objectRef', 'apiGroup') ?? 'core',
    actor: { name: fields.text('user', 'username'), uid: fields.text('user', 'uid') },
    source: Array.isArray(addresses) ? textOf(addresses.at(-1)) : undefined,
    userAgent: fields.text('userAgent'),
    isSuccess: code === undefined ? undefined : code < 400,
    statusCode: code === undefined ? undefined : String(code),
    statusDetail: fields.text('responseStatus', 'reason'),
    message: fields.text('requestURI'),
    uid: fields.text('auditID'),
    resources: [
      {
        name: parts.filter((text) => text !== undefined).join('/') || undefined,
        type: fields.text('objectRef', 'resource'),
      },
    ],
    time,
    rawData,
  });
}

/** The API server's audit log (audit.k8s.io/v1), one event a line; EKS and AKS deliver the same. */
export const kubernetesAudit: Format = {
  name: 'kubernetes-audit',
  title: 'Kubernetes audit log',
  feeds: logsources,
  recognise(line) {
    return line.trimStart().startsWith('{') && readAudit(line) ? 2 : 0;
  },
  read(line, context) {
    const record = readAudit(line);
    if (!record) return undefined;
    const time =
      recordTime(record['requestReceivedTimestamp'], context) ?? recordTime(record['stageTimestamp'], context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: viewOf(record),
      subjects: subjectsOf(record, context),
      toOcsf: () => toOcsf(record, time ?? context.receivedAt, line),
    };
  },
};
