import { isRecord, readJsonRecord, recordTime, subjectList, textOf } from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { activityToOcsf, entryToOcsf } from './map.ts';
import { at, viewOf, viewOfActivity, type Json } from './view.ts';

/** What stands on a line: an entry of Cloud Logging, or an activity of Workspace's Reports API. */
type Read = { kind: 'entry' | 'activity'; record: Json };

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

const feeds: readonly Logsource[] = ['gcp.audit', 'google_workspace.admin', 'google_workspace.login'].map(
  (service) => ({
    product: 'gcp',
    service,
  }),
);

function logsourcesOf({ kind, record }: Read): Logsource[] {
  const name = kind === 'activity' ? at(record, 'id', 'applicationName') : at(record, 'protoPayload', 'serviceName');
  const workspace = /^(admin|login)(?:\.googleapis\.com)?$/.exec(typeof name === 'string' ? name : '')?.[1];
  if (kind === 'activity')
    return [{ product: 'gcp', service: `google_workspace.${textOf(name)?.toLowerCase() ?? 'other'}` }];
  const own: Logsource = { product: 'gcp', service: 'gcp.audit' };
  return workspace === undefined ? [own] : [own, { product: 'gcp', service: `google_workspace.${workspace}` }];
}

function subjectsOf({ kind, record }: Read, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  if (kind === 'activity') {
    list.add('ip', record['ipAddress'], 'actor', 'ipAddress', 'structured');
    const isFailure = /fail|suspicious/.test(String(record['name']));
    list.add('user', at(record, 'actor', 'email'), 'actor', 'actor.email', isFailure ? 'free' : 'structured');
    return list.subjects;
  }
  const payload = record['protoPayload'];
  const request = at(payload, 'requestMetadata');
  list.add(
    'ip',
    at(request, 'callerIp') ?? at(request, 'callerIP'),
    'actor',
    'protoPayload.requestMetadata.callerIp',
    'structured',
  );
  const field = 'protoPayload.authenticationInfo.principalEmail';
  list.add('user', at(payload, 'authenticationInfo', 'principalEmail'), 'actor', field, 'structured');
  return list.subjects;
}

/** Cloud Audit Logs as Cloud Logging exports them, and Google Workspace's activities; one entry a line. */
export const gcpAudit: Format = {
  name: 'gcp-audit',
  title: 'Google Cloud audit log, Google Workspace activities',
  feeds,
  recognise(line) {
    return line.trimStart().startsWith('{') && readEntry(line) ? 2 : 0;
  },
  read(line, context) {
    const read = readEntry(line);
    if (!read) return undefined;
    const { kind, record } = read;
    const time = recordTime(kind === 'entry' ? record['timestamp'] : at(record, 'id', 'time'), context);
    const when = time ?? context.receivedAt;
    return {
      ...(time === undefined ? {} : { time }),
      logsources: logsourcesOf(read),
      view: kind === 'entry' ? viewOf(record) : viewOfActivity(record),
      subjects: subjectsOf(read, context),
      toOcsf: () => (kind === 'entry' ? entryToOcsf(record, when, line) : activityToOcsf(record, when, line)),
    };
  },
};
