import { auditCall, auditLogon, fieldsOf, type AuditCall, type JsonRecord } from '../../src/connector/index.ts';
import { isSuccess } from './record.ts';

/** OCSF Authentication (3002) for sign-ins, API Activity (6003) for everything else. */
export function toOcsf(record: JsonRecord, isLogon: boolean, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  fields.value('CreationTime');
  const user = fields.text('UserId');
  const call: AuditCall = {
    product: { name: 'Microsoft 365', vendor_name: 'Microsoft' },
    provider: 'Microsoft',
    account: fields.text('OrganizationId'),
    operation: fields.text('Operation'),
    service: fields.text('Workload'),
    actor: { name: user, uid: fields.text('UserKey') },
    source: fields.text('ClientIP') ?? fields.text('ClientIPAddress') ?? fields.text('ActorIpAddress'),
    userAgent: fields.text('UserAgent') ?? fields.text('ClientInfoString'),
    isSuccess: isSuccess(record),
    statusCode: fields.text('ResultStatus'),
    statusDetail: fields.text('LogonError'),
    uid: fields.text('Id'),
    logName: fields.text('RecordType'),
    resources: [{ name: fields.text('ObjectId') }],
    time,
    rawData,
  };
  return isLogon ? auditLogon(fields, call, { user: user ?? 'unknown' }) : auditCall(fields, call);
}
