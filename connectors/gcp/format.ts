import {
  isRecord,
  readJsonRecord,
  recordFormat,
  recordTime,
  textOf,
  valueAt,
  type JsonRecord,
  type Logsource,
  type SubjectList,
} from '../../src/connector/index.ts';
import { activityToOcsf, entryToOcsf } from './map.ts';
import { viewOf, viewOfActivity } from './view.ts';

/** What stands on a line: an entry of Cloud Logging, or an activity of Workspace's Reports API. */
type Read = { kind: 'entry' | 'activity'; record: JsonRecord };

/** A Pub/Sub message holds the entry below `data`; some exports write every name in lower case. */
function readEntry(line: string): Read | undefined {
  const found = readJsonRecord(line);
  if (!found) return undefined;
  const record = isRecord(found['data']) && isRecord(found['data']['protoPayload']) ? found['data'] : found;
  const payload = record['protoPayload'] ?? record['protopayload'];
  if (isRecord(payload)) {
    const isAudit = typeof payload['serviceName'] === 'string' || typeof payload['methodName'] === 'string';
    return isAudit ? { kind: 'entry', record: { ...record, protoPayload: payload } } : undefined;
  }
  const isActivity =
    isRecord(found['id']) && typeof found['id']['applicationName'] === 'string' && isRecord(found['actor']);
  return isActivity ? { kind: 'activity', record: found } : undefined;
}

function logsourcesOf({ kind, record }: Read): Logsource[] {
  const name =
    kind === 'activity' ? valueAt(record, 'id', 'applicationName') : valueAt(record, 'protoPayload', 'serviceName');
  const workspace = /^(admin|login)(?:\.googleapis\.com)?$/.exec(typeof name === 'string' ? name : '')?.[1];
  if (kind === 'activity')
    return [{ product: 'gcp', service: `google_workspace.${textOf(name)?.toLowerCase() ?? 'other'}` }];
  const own: Logsource = { product: 'gcp', service: 'gcp.audit' };
  return workspace === undefined ? [own] : [own, { product: 'gcp', service: `google_workspace.${workspace}` }];
}

function addSubjects(list: SubjectList, { kind, record }: Read): void {
  if (kind === 'activity') {
    list.add('ip', record['ipAddress'], 'actor', 'ipAddress', 'structured');
    const isFailure = /fail|suspicious/.test(String(record['name']));
    list.add('user', valueAt(record, 'actor', 'email'), 'actor', 'actor.email', isFailure ? 'free' : 'structured');
    return;
  }
  const request = valueAt(record, 'protoPayload', 'requestMetadata');
  const [caller, field] = [
    valueAt(request, 'callerIp') ?? valueAt(request, 'callerIP'),
    'protoPayload.requestMetadata.callerIp',
  ];
  list.add('ip', caller, 'actor', field, 'structured');
  const principal = valueAt(record, 'protoPayload', 'authenticationInfo', 'principalEmail');
  list.add('user', principal, 'actor', 'protoPayload.authenticationInfo.principalEmail', 'structured');
}

/** Cloud Audit Logs as Cloud Logging exports them, and Google Workspace's activities; one entry a line. */
export const gcpAudit = recordFormat<Read>({
  name: 'gcp-audit',
  title: 'Google Cloud audit log, Google Workspace activities',
  feeds: ['gcp.audit', 'google_workspace.admin', 'google_workspace.login'].map((service) => ({
    product: 'gcp',
    service,
  })),
  record: readEntry,
  time: ({ kind, record }, context) =>
    recordTime(kind === 'entry' ? record['timestamp'] : valueAt(record, 'id', 'time'), context),
  logsources: logsourcesOf,
  view: ({ kind, record }) => (kind === 'entry' ? viewOf(record) : viewOfActivity(record)),
  subjects: addSubjects,
  toOcsf: ({ kind, record }, time, line) =>
    kind === 'entry' ? entryToOcsf(record, time, line) : activityToOcsf(record, time, line),
});
