import { auditCall, fieldsOf, type JsonRecord } from '../../src/connector/index.ts';

const severities: ReadonlyMap<string, number> = new Map([
  ['DEFAULT', 1],
  ['DEBUG', 1],
  ['INFO', 1],
  ['NOTICE', 1],
  ['WARNING', 3],
  ['ERROR', 4],
  ['CRITICAL', 5],
  ['ALERT', 5],
  ['EMERGENCY', 6],
]);

/** OCSF API Activity (6003) of an entry of Cloud Logging. A status without a code is success. */
export function entryToOcsf(record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  const code = fields.integer('protoPayload', 'status', 'code');
  fields.value('timestamp');
  return auditCall(fields, {
    product: { name: 'Cloud Audit Logs', vendor_name: 'Google' },
    provider: 'GCP',
    account: fields.text('resource', 'labels', 'project_id'),
    region: fields.text('resource', 'labels', 'location'),
    operation: fields.text('protoPayload', 'methodName'),
    service: fields.text('protoPayload', 'serviceName'),
    actor: { name: fields.text('protoPayload', 'authenticationInfo', 'principalEmail') },
    source:
      fields.text('protoPayload', 'requestMetadata', 'callerIp') ??
      fields.text('protoPayload', 'requestMetadata', 'callerIP'),
    userAgent: fields.text('protoPayload', 'requestMetadata', 'callerSuppliedUserAgent'),
    isSuccess: code === undefined || code === 0,
    statusCode: code === undefined ? undefined : String(code),
    statusDetail: fields.text('protoPayload', 'status', 'message'),
    uid: fields.text('insertId') ?? fields.text('insertid'),
    logName: fields.text('logName') ?? fields.text('logname'),
    severityId: severities.get(fields.text('severity') ?? '') ?? 1,
    resources: [{ name: fields.text('protoPayload', 'resourceName'), type: fields.text('resource', 'type') }],
    time,
    rawData,
  });
}

/** OCSF API Activity (6003) of an activity of Workspace's Reports API. */
export function activityToOcsf(record: JsonRecord, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf(record);
  fields.value('id', 'time');
  return auditCall(fields, {
    product: { name: 'Workspace', vendor_name: 'Google' },
    provider: 'Google',
    account: fields.text('id', 'customerId'),
    operation: fields.text('name') ?? fields.text('type') ?? 'activity',
    service: fields.text('id', 'applicationName'),
    actor: { name: fields.text('actor', 'email'), uid: fields.text('actor', 'profileId') },
    source: fields.text('ipAddress'),
    uid: fields.text('id', 'uniqueQualifier'),
    time,
    rawData,
  });
}
