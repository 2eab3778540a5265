import { auditCall, auditLogon, fieldsOf, textOf, valueAt, type AuditCall } from '../../src/connector/index.ts';
import { reader } from './names.ts';
import type { AzureRecord } from './record.ts';

/** OCSF Authentication (3002) for sign-ins, API Activity (6003) for everything else. */
export function toOcsf(
  { log, original, properties }: AzureRecord,
  isSuccess: boolean | undefined,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(original);
  const of = reader(original, properties);
  const initiator = valueAt(of('initiatedBy'), 'user', 'userPrincipalName');
  const name = textOf(of('userPrincipalName', 'caller')) ?? textOf(initiator);
  for (const taken of ['time', 'operationName', 'callerIpAddress', 'category', 'correlationId', 'resourceId'])
    fields.value(taken);
  const call: AuditCall = {
    product: { name: log === 'activitylogs' ? 'Azure Activity' : 'Entra ID', vendor_name: 'Microsoft' },
    provider: 'Azure',
    account: fields.text('tenantId'),
    operation: textOf(of('operationName', 'operationNameValue', 'activityDisplayName', 'riskEventType')),
    service: log,
    actor: { name },
    source: textOf(of('callerIpAddress', 'ipAddress', 'IPAddress')),
    userAgent: textOf(of('userAgent')),
    isSuccess,
    statusCode: fields.text('resultType'),
    statusDetail: fields.text('resultDescription') ?? fields.text('properties', 'resultReason'),
    uid: textOf(of('id', 'correlationId')),
    logName: textOf(of('category')),
    resources: [{ uid: textOf(of('resourceId')) }],
    time,
    rawData,
  };
  return log === 'signinlogs' ? auditLogon(fields, call, { user: name ?? 'unknown' }) : auditCall(fields, call);
}
