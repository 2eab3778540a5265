import {
  addressOf,
  isRecord,
  isTrustedProxy,
  recordList,
  recordTime,
  subjectList,
  textOf,
} from '../../src/connector/index.ts';
import type { Format, ReadContext, ReadEvent } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
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

/** Errors that say what a sign-in still needs, not that it was refused. */
function isSuccess({ original, properties }: AzureRecord): boolean | undefined {
  const of = reader(properties, original);
  const status = of('status');
  const code = textOf(isRecord(status) ? status['errorCode'] : undefined) ?? textOf(of('resultType', 'result'));
  if (code === undefined) return undefined;
  return /^(?:0|success|succeeded|start|accept|active)$/i.test(code);
}

function subjectsOf(record: AzureRecord, context: ReadContext): readonly Subject[] {
  const { log, original, properties } = record;
  const of = reader(original, properties);
  const list = subjectList(context);
  const isSignIn = log === 'signinlogs' || log === 'riskdetection';
  list.add('ip', of('callerIpAddress', 'ipAddress', 'IPAddress'), 'actor', 'callerIpAddress', 'structured');
  // The account of a sign-in that failed is whatever somebody typed.
  const trust = isSignIn && isSuccess(record) !== true ? 'free' : 'structured';
  list.add('user', of('userPrincipalName'), isSignIn ? 'target' : 'actor', 'userPrincipalName', trust);
  const initiator = of('initiatedBy');
  const user = isRecord(initiator) ? initiator['user'] : undefined;
  if (isRecord(user)) {
    list.add('user', user['userPrincipalName'], 'actor', 'initiatedBy.user.userPrincipalName', 'structured');
    if (of('callerIpAddress') === undefined)
      list.add('ip', user['ipAddress'], 'actor', 'initiatedBy.user.ipAddress', 'structured');
  }
  list.add('user', of('caller'), 'actor', 'caller', 'structured');
  return list.subjects;
}

function logonOf(record: AzureRecord, context: ReadContext): ReadEvent['logon'] {
  const of = reader(record.original, record.properties);
  const address = addressOf(of('callerIpAddress', 'ipAddress', 'IPAddress'));
  const user = of('userPrincipalName');
  if (record.log !== 'signinlogs' || isSuccess(record) !== true || address === undefined) return undefined;
  if (typeof user !== 'string' || user === '' || isTrustedProxy(address, context)) return undefined;
  return { address, user };
}

/** Azure's activity log and Entra's audit, sign-in, risk and PIM logs: diagnostic records, Log Analytics rows, Graph. */
export const azure: Format = {
  name: 'azure',
  title: 'Azure activity and Entra logs',
  feeds: logs.map((service) => ({ product: 'azure', service })),
  recognise(line) {
    return line.trimStart().startsWith('{') && readAzureRecord(line) ? 2 : 0;
  },
  // Event Hubs and storage accounts deliver several records as one.
  split: (line) => recordList(line, 'records'),
  read(line, context) {
    const record = readAzureRecord(line);
    if (!record) return undefined;
    const { original, properties, log } = record;
    const name = timeNames.find((field) => field in original || field in properties);
    const time = name === undefined ? undefined : recordTime(original[name] ?? properties[name], context);
    const logon = logonOf(record, context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources: [{ product: 'azure', service: log }],
      view: viewOf(record),
      subjects: subjectsOf(record, context),
      ...(logon === undefined ? {} : { logon }),
      toOcsf: () => toOcsf(record, isSuccess(record), time ?? context.receivedAt, line),
    };
  },
};
