import { auditCall, auditLogon, fieldsOf, type AuditCall } from '../../src/connector/index.ts';
import { nameOf } from './identity.ts';

/** OCSF API Activity (6003); a console logon is Authentication (3002). */
export function toOcsf(
  record: Readonly<Record<string, unknown>>,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(record);
  const answer = fields.text('responseElements', 'ConsoleLogin');
  const error = fields.text('errorCode');
  fields.value('eventTime');
  fields.text('userIdentity', 'userName');
  const call: AuditCall = {
    product: { name: 'CloudTrail', vendor_name: 'AWS' },
    provider: 'AWS',
    account: fields.text('recipientAccountId') ?? fields.text('userIdentity', 'accountId'),
    region: fields.text('awsRegion'),
    operation: fields.text('eventName'),
    service: fields.text('eventSource'),
    actor: { name: nameOf(record), uid: fields.text('userIdentity', 'arn') },
    source: fields.text('sourceIPAddress'),
    userAgent: fields.text('userAgent'),
    isSuccess: answer === undefined ? error === undefined : answer === 'Success',
    statusCode: error,
    statusDetail: fields.text('errorMessage'),
    uid: fields.text('eventID'),
    time,
    rawData,
  };
  if (call.operation !== 'ConsoleLogin') return auditCall(fields, call);
  return auditLogon(fields, call, { user: call.actor.name ?? 'unknown' });
}
