import {
  isRecord,
  recordFormat,
  recordList,
  recordTime,
  textOf,
  valueAt,
  type SubjectList,
} from '../../src/connector/index.ts';
import { toOcsf } from './map.ts';
import { reader } from './names.ts';
import { logs, readAzureRecord, type AzureRecord } from './record.ts';
import { viewOf } from './view.ts';

const timeNames = [
  'time',
  'TimeGenerated',
  'createdDateTime',
  'activityDateTime',
  'eventTimestamp',
  'detectedDateTime',
];

const addressNames = ['callerIpAddress', 'ipAddress', 'IPAddress'];

/** Errors that say what a sign-in still needs, not that it was refused. */
function isSuccess({ original, properties }: AzureRecord): boolean | undefined {
  const of = reader(properties, original);
  const code = textOf(valueAt(of('status'), 'errorCode')) ?? textOf(of('resultType', 'result'));
  if (code === undefined) return undefined;
  return /^(?:0|success|succeeded|start|accept|active)$/i.test(code);
}

function addSubjects(list: SubjectList, record: AzureRecord): void {
  const { log, original, properties } = record;
  const of = reader(original, properties);
  const isSignIn = log === 'signinlogs' || log === 'riskdetection';
  list.add('ip', of(...addressNames), 'actor', 'callerIpAddress', 'structured');
  // The account of a sign-in that failed is whatever somebody typed.
  const trust = isSignIn && isSuccess(record) !== true ? 'free' : 'structured';
  list.add('user', of('userPrincipalName'), isSignIn ? 'target' : 'actor', 'userPrincipalName', trust);
  const user = valueAt(of('initiatedBy'), 'user');
  if (isRecord(user)) {
    list.add('user', user['userPrincipalName'], 'actor', 'initiatedBy.user.userPrincipalName', 'structured');
    if (of('callerIpAddress') === undefined)
      list.add('ip', user['ipAddress'], 'actor', 'initiatedBy.user.ipAddress', 'structured');
  }
  list.add('user', of('caller'), 'actor', 'caller', 'structured');
}

/** Azure's activity log and Entra's audit, sign-in, risk and PIM logs: diagnostic records, Log Analytics rows, Graph. */
export const azure = recordFormat<AzureRecord>({
  name: 'azure',
  title: 'Azure activity and Entra logs',
  feeds: logs.map((service) => ({ product: 'azure', service })),
  record: readAzureRecord,
  // Event Hubs and storage accounts deliver several records as one.
  split: (line) => recordList(line, 'records'),
  time({ original, properties }, context) {
    const name = timeNames.find((field) => field in original || field in properties);
    return name === undefined ? undefined : recordTime(original[name] ?? properties[name], context);
  },
  logsources: ({ log }) => [{ product: 'azure', service: log }],
  view: viewOf,
  subjects: addSubjects,
  logon(record) {
    if (record.log !== 'signinlogs' || isSuccess(record) !== true) return undefined;
    const of = reader(record.original, record.properties);
    return { address: of(...addressNames), user: of('userPrincipalName') };
  },
  toOcsf: (record, time, line) => toOcsf(record, isSuccess(record), time, line),
});
