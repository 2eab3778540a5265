import {
  isRecord,
  openView,
  textOf,
  withText,
  type JsonRecord,
  type Logsource,
  type Put,
} from '../../src/connector/index.ts';
import { isSignIn, isSuccess, namedValues } from './record.ts';

/** SigmaHQ's services by workload, beside `audit`, which has every record. */
const services: Readonly<Record<string, readonly string[]>> = {
  Exchange: ['exchange'],
  SecurityComplianceCenter: ['threat_management', 'threat_detection'],
};

/** Every logsource that `logsourcesOf` can give. */
export const feeds: readonly Logsource[] = [
  ...['audit', ...Object.values(services).flat()].map((service) => ({ product: 'm365', service })),
  ...['auditlogs', 'signinlogs'].map((service) => ({ product: 'azure', service })),
];

/** `m365/audit`, the workload's own services, and for directory records the log of Entra that tells the same. */
export function logsourcesOf(record: JsonRecord): Logsource[] {
  const workload = textOf(record['Workload']) ?? '';
  const names = ['audit', ...(Object.hasOwn(services, workload) ? (services[workload] ?? []) : [])];
  const own: Logsource[] = names.map((service) => ({ product: 'm365', service }));
  if (workload === 'AzureActiveDirectory')
    own.push({ product: 'azure', service: isSignIn(record) ? 'signinlogs' : 'auditlogs' });
  return own;
}

/** The record as it is, with the names that SigmaHQ's rules read beside it. */
export function viewOf(record: JsonRecord): Record<string, unknown> {
  const { view, put } = openView(record);
  for (const name of ['Parameters', 'OperationProperties', 'ExtendedProperties', 'ModifiedProperties', 'Target'])
    if (Array.isArray(record[name])) view[name] = withText(record[name]);
  for (const [name, value] of namedValues(record['ExtendedProperties'])) put(name, value);
  const [operation, alert] = [record['Operation'], record['Name']];
  put('eventSource', record['Workload']);
  // An alert's record is of the operation AlertTriggered; which one it is stands in its name.
  put('eventName', typeof alert === 'string' ? [alert, operation] : operation);
  put('status', isSuccess(record) === false ? 'failure' : 'success');
  if (record['Workload'] === 'SecurityComplianceCenter')
    put('Payload', [operation, ...textsOf(record['Parameters']), ...textsOf(record['NonPIIParameters'])].join(' '));
  if (record['Workload'] === 'AzureActiveDirectory') putEntra(record, put);
  return view;
}

function textsOf(value: unknown): string[] {
  return value === undefined ? [] : [typeof value === 'string' ? value : JSON.stringify(value)];
}

/** The names under which Entra's own exports tell of the same event. The unified log ends an operation with a full stop. */
function putEntra(record: JsonRecord, put: Put): void {
  const operation = textOf(record['Operation'])?.trim().replace(/\.$/, '');
  const result = isSuccess(record) === false ? 'Failure' : 'Success';
  if (isSignIn(record)) {
    const error = textOf(record['ErrorNumber']) ?? (result === 'Success' ? '0' : undefined);
    for (const name of ['ResultType', 'resultType']) put(name, error);
    for (const name of ['ResultDescription', 'resultDescription', 'Resultdescription']) put(name, record['LogonError']);
    put('userAgent', namedValues(record['ExtendedProperties']).get('UserAgent'));
    put('Status', result);
    put('callerIpAddress', record['ActorIpAddress'] ?? record['ClientIP']);
    put('properties.appId', record['ApplicationId']);
    return;
  }
  for (const name of ['properties.message', 'operationName', 'OperationName', 'ActivityDisplayName', 'ActivityType'])
    put(name, operation);
  const category = namedValues(record['ExtendedProperties']).get('extendedAuditEventCategory');
  if (typeof category === 'string' && category !== '')
    for (const name of ['Category', 'category']) put(name, `${category}Management`);
  put('Status', result);
  put('properties.result', result.toLowerCase());
  const modified = record['ModifiedProperties'];
  if (Array.isArray(modified)) {
    const changes = modified.slice(0, 256).filter(isRecord);
    put('TargetResources', withText([{ modifiedProperties: changes }]));
    put('properties.targetResources', JSON.stringify([record['Target'], changes]).slice(0, 16_384));
    for (const change of changes) if (typeof change['Name'] === 'string') put(change['Name'], change['NewValue']);
  }
}
