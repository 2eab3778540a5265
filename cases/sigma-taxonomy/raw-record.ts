import { auditdText, sysmonXml, webLine } from './raw-text.ts';

export type Value = string | number | boolean;
export type Values = ReadonlyMap<string, Value>;
type Json = Record<string, unknown>;

/** Puts a value at a dotted path of nested objects. */
function put(into: Json, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at: Json = into;
  for (const step of steps) at = (at[step] ??= {}) as Json;
  at[last] = value;
}

/** A product's record: a base, and for each field of a rule where its value stands in the raw record. */
interface Shape {
  base: () => Json;
  /** Undefined, for a field that the record has under its own name. */
  place?: (field: string, value: Value, into: Json) => boolean;
  keyword?: string;
}

const time = '2026-11-20T10:00:00Z';
const lower = (name: string): string => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
const at = (into: Json, name: string): Json => (into[name] ??= {}) as Json;
const target = (into: Json): Json => ((at(into, 'properties')['targetResources'] ??= [{}]) as [Json])[0];

const entra: Shape = {
  base: () => ({ time, category: 'AuditLogs', operationName: 'x', properties: { loggedByService: 'x' } }),
  place(field, value, into) {
    const properties = at(into, 'properties');
    if (/^(?:properties\.message|operationName|activityDisplayName|activityType)$/i.test(field))
      properties['activityDisplayName'] = into['operationName'] = value;
    else if (/^category$/i.test(field)) properties['category'] = value;
    else if (field === 'Status' && /^(?:success|failure)$/i.test(String(value)))
      properties['result'] = lower(String(value));
    else if (field === 'Status' || field === 'failure_status_reason') properties['resultReason'] = value;
    else if (field === 'LoggedByService') properties['loggedByService'] = value;
    else if (field === 'targetResources.type') target(into)['type'] = String(value).replaceAll(' ', '');
    else if (/modifiedProperties\.newValue$/i.test(field))
      target(into)['modifiedProperties'] = [{ displayName: 'StrongAuthenticationRequirement', newValue: value }];
    else if (/modifiedProperties\.displayName$/i.test(field)) return true;
    else if (/modifiedProperties$/i.test(field)) target(into)['modifiedProperties'] = [{ displayName: value }];
    else if (/^(?:TargetResources|properties\.targetResources|Target)$/.test(field))
      target(into)['displayName'] = value;
    else if (field === 'ConsentContext.IsAdminConsent')
      target(into)['modifiedProperties'] = [{ displayName: field, newValue: `"${value}"` }];
    else if (field === 'additionalDetails.additionalInfo')
      properties['additionalDetails'] = [{ key: 'Additional Info', value }];
    else if (field === 'Initiatedby') properties['initiatedBy'] = { user: { userPrincipalName: value } };
    else return false;
    return true;
  },
};

const signIn: Shape = {
  base: () => ({ time, category: 'SignInLogs', operationName: 'Sign-in activity', properties: {} }),
  place(field, value, into) {
    const properties = at(into, 'properties');
    if (/^resultType$/i.test(field)) into['resultType'] = String(value);
    else if (/^resultDescription$/i.test(field)) into['resultDescription'] = value;
    else if (field === 'Status') {
      if (value === 'Success') into['resultType'] = '0';
      else properties['status'] = { errorCode: 500121, additionalDetails: value };
    } else if (field === 'NetworkLocationDetails') properties['networkLocationDetails'] = [];
    else if (field === 'ClientApp') properties['clientAppUsed'] = value;
    else if (field === 'Username') properties['userPrincipalName'] = value;
    else if (field === 'properties.message')
      properties['authenticationProtocol'] = value === 'ROPC' ? 'ropc' : 'deviceCode';
    else if (field.startsWith('DeviceDetail.')) put(properties, `deviceDetail.${field.slice(13)}`, value);
    else if (field !== 'ActivityDetails') put(properties, lower(field.replace('properties.', '')), value);
    return true;
  },
};

const named = (value: Value): unknown => [{ Name: value, Value: 'x' }];
const event = (into: Json): Json => ((at(at(into, 'protoPayload'), 'metadata')['event'] ??= [{}]) as [Json])[0];

const gcp: Shape = {
  base: () => ({
    timestamp: time,
    logName: 'projects/p/logs/cloudaudit.googleapis.com%2Factivity',
    protoPayload: { serviceName: 'x', methodName: 'x' },
  }),
  keyword: 'protoPayload.request.note',
  place(field, value, into) {
    const payload = at(into, 'protoPayload');
    if (field === 'gcp.audit.method_name') payload['methodName'] = value;
    else if (field === 'data.protoPayload.resource.type') into['resource'] = { type: value };
    else if (field === 'data.protoPayload.logName') into['logName'] = `projects/p/logs/${value}`;
    else if (field.startsWith('data.protoPayload.authorizationInfo.')) {
      const [info] = (payload['authorizationInfo'] ??= [{}]) as [Json];
      info[field.slice(36)] = value === 'true' ? true : value;
    } else if (field.startsWith('data.')) put(into, field.slice(5), value);
    else if (field === 'eventService' || field === 'protoPayload.Servicename') payload['serviceName'] = value;
    else if (field === 'eventName' || field.endsWith('event.eventName')) event(into)['eventName'] = value;
    else if (field === 'setting_name' || field === 'new_value')
      ((event(into)['parameter'] ??= []) as unknown[]).push({ name: field.toUpperCase(), value });
    else return false;
    return true;
  },
};

const kubernetes: Shape = {
  base: () => ({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    verb: 'get',
    requestURI: '/',
    requestReceivedTimestamp: time,
  }),
  place(field, value, into) {
    if (field === 'hostPath') put(into, 'requestObject.spec.volumes', [{ hostPath: { path: value } }]);
    else if (field === 'capabilities')
      put(into, 'requestObject.spec.containers', [{ securityContext: { capabilities: { add: [value] } } }]);
    else if (field === 'apiGroup') put(into, 'objectRef.apiGroup', value);
    else if (field === 'responseStatus.code' && typeof value === 'string')
      into['annotations'] = { 'authorization.k8s.io/decision': value.toLowerCase() };
    else return false;
    return true;
  },
};

const m365: Shape = {
  base: () => ({
    CreationTime: '2026-11-20T10:00:00',
    RecordType: 1,
    OrganizationId: 'o',
    Operation: 'x',
    UserKey: 'k',
  }),
  place(field, value, into) {
    if (field === 'eventSource') into['Workload'] = value;
    else if (field === 'eventName') into[into['Workload'] === 'Exchange' ? 'Operation' : 'Name'] = value;
    else if (field === 'status') into['ResultStatus'] = 'Succeeded';
    else if (field === 'Payload') into['Parameters'] = value;
    else if (field === 'Parameters' || field === 'OperationProperties') into[field] = named(value);
    else if (field === 'RequestType') into['ExtendedProperties'] = [{ Name: field, Value: value }];
    else return false;
    return true;
  },
};

const shapes: Readonly<Record<string, Shape>> = {
  'aws//cloudtrail': {
    base: () => ({ eventVersion: '1.09', eventTime: time, eventSource: 'ec2.amazonaws.com', eventName: 'x' }),
    place(field, value, into) {
      if (field === 'requestParameters') into[field] = { policyDocument: `{${value}` };
      else return field === 'status';
      return true;
    },
  },
  'azure//activitylogs': {
    base: () => ({ time, category: 'Administrative', resourceId: '/SUBSCRIPTIONS/S1', operationName: 'x/y' }),
    keyword: 'operationName',
    place(field, value, into) {
      if (field === 'ResourceProviderValue') return true;
      if (!/^(?:OperationNameValue|CategoryValue|ResourceId)$/.test(field)) return false;
      into[lower(field.replace('Value', ''))] = value;
      return true;
    },
  },
  'azure//auditlogs': entra,
  'azure//signinlogs': signIn,
  'azure//riskdetection': {
    base: () => ({ time, category: 'UserRiskEvents', properties: {} }),
    place: (_field, value, into) => Boolean((into['properties'] = { riskEventType: value })),
  },
  'azure//pim': {
    base: () => ({}),
    place: (_field, value, into) => Boolean((into['@odata.type'] = `#microsoft.graph.${value}`)),
  },
  'gcp//gcp.audit': gcp,
  'gcp//google_workspace.admin': gcp,
  'gcp//google_workspace.login': gcp,
  'bitbucket//audit': { base: () => ({ author: { name: 'a' }, timestamp: time }) },
  'opencanary/application/': { base: () => ({ src_host: '192.0.2.1', dst_host: '192.0.2.2', node_id: 'n' }) },
  'github//audit': { base: () => ({ '@timestamp': 1_795_000_000_000, _document_id: 'd', actor: 'a', org: 'o' }) },
  'kubernetes//audit': kubernetes,
  'kubernetes/application/audit': kubernetes,
  'm365//audit': m365,
  'm365//exchange': m365,
  'm365//threat_management': m365,
  'm365//threat_detection': m365,
  'okta//okta': {
    base: () => ({ published: time, eventType: 'x.y', actor: { id: 'a' }, outcome: { result: 'SUCCESS' } }),
    place(field, value, into) {
      if (field !== 'target.displayName') return false;
      into['target'] = [{ displayName: value }];
      return true;
    },
  },
};

/** A raw record of the logsource's product that holds the values; undefined where we have no writer for it. */
export function rawRecord(logsource: string, fields: Values, keywords: readonly Value[]): string | undefined {
  if (logsource === 'linux//auditd') return auditdText(fields, keywords);
  if (/^linux\/(?:process_creation|network_connection|file_event)\//.test(logsource))
    return sysmonXml(logsource, fields);
  if (logsource === '/webserver/') return webLine(fields, keywords);
  const zeekLog = /^zeek\/\/(\w+)$/.exec(logsource)?.[1];
  const shape = shapes[logsource];
  if (zeekLog !== undefined) {
    const names: Readonly<Record<string, string>> = { 'c-uri': 'uri', 'c-useragent': 'user_agent' };
    const record: Json = { _path: zeekLog, ts: 1_795_000_000.5, uid: 'C1' };
    for (const [field, value] of fields) record[names[field] ?? field] = value;
    return JSON.stringify(record);
  }
  if (!shape) return undefined;
  const record = shape.base();
  // What says which record it is comes first: others depend on it.
  const ordered = [...fields].toSorted(
    ([left], [right]) => Number(right === 'eventSource') - Number(left === 'eventSource'),
  );
  for (const [field, value] of ordered) if (!shape.place?.(field, value, record)) put(record, field, value);
  if (keywords.length > 0) {
    if (shape.keyword === undefined) return undefined;
    put(record, shape.keyword, keywords.join(' '));
  }
  return JSON.stringify(record);
}
