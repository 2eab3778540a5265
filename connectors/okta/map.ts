import { auditCall, auditLogon, fieldsOf, isRecord, textOf, type AuditCall } from '../../src/connector/index.ts';

const severities: ReadonlyMap<string, number> = new Map([
  ['DEBUG', 1],
  ['INFO', 1],
  ['WARN', 3],
  ['ERROR', 4],
]);

/** OCSF Authentication (3002) for sessions and factors, API Activity (6003) for everything else. */
export function toOcsf(
  record: Readonly<Record<string, unknown>>,
  isLogon: boolean,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(record);
  const result = fields.text('outcome', 'result');
  const user = fields.text('actor', 'alternateId');
  const targets: unknown = record['target'];
  fields.value('published');
  const call: AuditCall = {
    product: { name: 'System Log', vendor_name: 'Okta' },
    provider: 'Okta',
    operation: fields.text('eventType'),
    service: 'okta',
    actor: { name: user, uid: fields.text('actor', 'id') },
    source: fields.text('client', 'ipAddress'),
    userAgent: fields.text('client', 'userAgent', 'rawUserAgent'),
    isSuccess: result === undefined ? undefined : result === 'SUCCESS' || result === 'ALLOW',
    statusCode: result,
    statusDetail: fields.text('outcome', 'reason'),
    message: fields.text('displayMessage'),
    uid: fields.text('uuid'),
    severityId: severities.get(fields.text('severity') ?? '') ?? 1,
    resources: (Array.isArray(targets) ? targets : []).flatMap((target: unknown) =>
      isRecord(target)
        ? [{ name: textOf(target['displayName']), uid: textOf(target['id']), type: textOf(target['type']) }]
        : [],
    ),
    time,
    rawData,
  };
  return isLogon ? auditLogon(fields, call, { user: user ?? 'unknown' }) : auditCall(fields, call);
}
