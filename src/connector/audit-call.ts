import { ocsfEvent, type Fields } from './ocsf.ts';
import { addressOf } from './subject-list.ts';

/** One call of a cloud's or service's API, as its audit log tells of it. */
export interface AuditCall {
  product: { name: string; vendor_name: string };
  /** OCSF's `cloud.provider`. */
  provider: string;
  account?: string | undefined;
  region?: string | undefined;
  /** What was called; absent: unknown. */
  operation: string | undefined;
  service?: string | undefined;
  actor: { name?: string | undefined; uid?: string | undefined; email_addr?: string | undefined };
  /** Where the call came from: an address, also with a port, or the name of a service. */
  source?: string | undefined;
  userAgent?: string | undefined;
  /** undefined: the record does not say. */
  isSuccess?: boolean | undefined;
  statusCode?: string | undefined;
  statusDetail?: string | undefined;
  message?: string | undefined;
  /** The record's own id. */
  uid?: string | undefined;
  logName?: string | undefined;
  resources?: readonly { name?: string | undefined; uid?: string | undefined; type?: string | undefined }[];
  severityId?: number;
  time: number;
  rawData: string;
}

/** OCSF activities of API Activity: 1 Create, 2 Read, 3 Update, 4 Delete; by the first of these words in the operation. */
const activityWords: readonly (readonly [RegExp, number])[] = [
  [/(?:^|[^a-z])(?:delete|remove|destroy|purge|revoke|deregister|terminate|detach)/i, 4],
  [/(?:^|[^a-z])(?:create|add|new|insert|invite|register|issue|run|upload|grant)/i, 1],
  [/(?:^|[^a-z])(?:update|set|modify|put|patch|write|change|edit|enable|disable|reset|replace|attach|stop|start)/i, 3],
  [/(?:^|[^a-z])(?:get|list|describe|read|view|search|lookup|head|access|download|watch)/i, 2],
];

function activityOf(operation: string): number {
  const text = operation.slice(0, 256).replaceAll(/([a-z])(?=[A-Z])/g, '$1 ');
  return activityWords.find(([word]) => word.test(text))?.[1] ?? 99;
}

/** OCSF API Activity (6003) of one call; what `fields` was not asked for goes to `unmapped`. */
export function auditCall(fields: Fields, call: AuditCall): Record<string, unknown> {
  const { operation, service, source, actor } = call;
  const activityId = operation === undefined ? 0 : activityOf(operation);
  const ip = addressOf(source);
  const hasActor = [actor.name, actor.uid].some((text) => text !== undefined && text !== '');
  const attributes = {
    activity_name: activityId === 99 ? operation : undefined,
    message: call.message,
    api: { operation: operation ?? 'unknown', service: service === undefined ? undefined : { name: service } },
    actor: hasActor ? { user: actor } : { app_name: source ?? call.product.name },
    src_endpoint: ip !== undefined ? { ip } : { svc_name: source || 'unknown' },
    cloud: {
      provider: call.provider,
      account: call.account === undefined ? undefined : { uid: call.account },
      region: call.region,
    },
    http_request: call.userAgent === undefined ? undefined : { user_agent: call.userAgent },
    resources: call.resources?.filter(({ name, uid }) => name !== undefined || uid !== undefined),
    status_id: call.isSuccess === undefined ? undefined : call.isSuccess ? 1 : 2,
    status_code: call.statusCode,
    status_detail: call.statusDetail,
  };
  return ocsfEvent(
    {
      classUid: 6003,
      activityId,
      severityId: call.severityId ?? 1,
      time: call.time,
      product: call.product,
      metadata: { uid: call.uid, log_name: call.logName, event_code: operation },
      rawData: call.rawData,
    },
    attributes,
    fields.rest(),
  );
}

/** OCSF Authentication (3002): an account signed in to the service, or did not. */
export function auditLogon(
  fields: Fields,
  call: AuditCall,
  more: { user: string; activityId?: number; detail?: Readonly<Record<string, unknown>> },
): Record<string, unknown> {
  const ip = addressOf(call.source);
  const attributes = {
    message: call.message,
    user: { ...call.actor, name: more.user },
    service: { name: call.service ?? call.product.name },
    src_endpoint: ip === undefined ? undefined : { ip },
    http_request: call.userAgent === undefined ? undefined : { user_agent: call.userAgent },
    cloud: { provider: call.provider, account: call.account === undefined ? undefined : { uid: call.account } },
    status_id: call.isSuccess === undefined ? undefined : call.isSuccess ? 1 : 2,
    status_code: call.statusCode,
    status_detail: call.statusDetail,
    is_remote: true,
    ...more.detail,
  };
  return ocsfEvent(
    {
      classUid: 3002,
      activityId: more.activityId ?? 1,
      severityId: call.severityId ?? 1,
      time: call.time,
      product: call.product,
      metadata: { uid: call.uid, log_name: call.logName, event_code: call.operation },
      rawData: call.rawData,
    },
    attributes,
    fields.rest(),
  );
}
