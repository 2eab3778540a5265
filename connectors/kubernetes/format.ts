import {
  auditCall,
  fieldsOf,
  isRecord,
  readJsonRecord,
  recordFormat,
  recordTime,
  textOf,
  valueAt,
  type JsonRecord,
} from '../../src/connector/index.ts';
import { viewOf } from './view.ts';

/** An event of audit.k8s.io (events of the cluster itself have no verb); AKS delivers it as text in `properties.log` of a diagnostic record. */
function readAudit(line: string): JsonRecord | undefined {
  const found = readJsonRecord(line);
  const inner = valueAt(found, 'properties', 'log');
  const record = typeof inner === 'string' ? readJsonRecord(inner) : found;
  if (record?.['kind'] !== 'Event' || typeof record['verb'] !== 'string') return undefined;
  return isRecord(record['objectRef']) || typeof record['requestURI'] === 'string' ? record : undefined;
}

/** Of several source addresses only the last is the API server's own word; the others the client may write itself. */
function lastAddress({ sourceIPs }: JsonRecord): unknown {
  return Array.isArray(sourceIPs) ? sourceIPs.at(-1) : undefined;
}

/** OCSF API Activity (6003). */
function toOcsf(record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  const code = fields.integer('responseStatus', 'code');
  const parts = ['namespace', 'name', 'subresource'].map((name) => fields.text('objectRef', name));
  for (const name of ['requestReceivedTimestamp', 'stageTimestamp', 'kind', 'apiVersion']) fields.value(name);
  return auditCall(fields, {
    product: { name: 'Kubernetes', vendor_name: 'CNCF' },
    provider: 'Kubernetes',
    operation: fields.text('verb'),
    service: fields.text('objectRef', 'apiGroup') ?? 'core',
    actor: { name: fields.text('user', 'username'), uid: fields.text('user', 'uid') },
    source: textOf(lastAddress(record)),
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
export const kubernetesAudit = recordFormat<JsonRecord>({
  name: 'kubernetes-audit',
  title: 'Kubernetes audit log',
  feeds: [{ product: 'kubernetes', category: 'application', service: 'audit' }],
  record: readAudit,
  time: (record, context) =>
    recordTime(record['requestReceivedTimestamp'], context) ?? recordTime(record['stageTimestamp'], context),
  view: viewOf,
  subjects(list, record) {
    list.add('ip', lastAddress(record), 'actor', 'sourceIPs', 'structured');
    list.add('user', valueAt(record, 'user', 'username'), 'actor', 'user.username', 'structured');
    const impersonated = valueAt(record, 'impersonatedUser', 'username');
    list.add('user', impersonated, 'target', 'impersonatedUser.username', 'structured');
  },
  toOcsf,
});
