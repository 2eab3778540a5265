import {
  addressOf,
  isRecord,
  isTrustedProxy,
  readJsonRecord,
  recordList,
  recordTime,
  subjectList,
  textOf,
  withText,
} from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext, ReadEvent } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { toOcsf } from './map.ts';
import { nameOf } from './identity.ts';

type Json = Readonly<Record<string, unknown>>;

const logsources: readonly Logsource[] = [{ product: 'aws', service: 'cloudtrail' }];

/** Every record has a source and a name of this kind; other JSON logs do not have both. */
function readTrailRecord(line: string): Json | undefined {
  const record = readJsonRecord(line);
  if (!record) return undefined;
  const { eventSource, eventName, eventVersion } = record;
  if (typeof eventSource !== 'string' || typeof eventName !== 'string') return undefined;
  return eventSource.endsWith('.amazonaws.com') || typeof eventVersion === 'string' ? record : undefined;
}

/** The record as it is; the objects that SigmaHQ's rules also search as text; and names that other exports use. */
function viewOf(record: Json): Record<string, unknown> {
  const view: Record<string, unknown> = { ...record };
  for (const name of ['requestParameters', 'responseElements'])
    if (isRecord(record[name])) view[name] = withText(record[name]);
  const put = (name: string, value: unknown): void => {
    if (value !== undefined && !Object.hasOwn(record, name)) view[name] = value;
  };
  put('status', textOf(record['errorCode']) === undefined ? 'success' : 'failure');
  put('src_ip', addressOf(record['sourceIPAddress']));
  return view;
}

/** The caller's address is AWS's own word; a name in a console logon that failed is whatever somebody typed. */
function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', record['sourceIPAddress'], 'actor', 'sourceIPAddress', 'structured');
  const isLogon = record['eventName'] === 'ConsoleLogin';
  const trust = isLogon && !isLogonSuccess(record) ? 'free' : 'structured';
  list.add('user', nameOf(record), isLogon ? 'target' : 'actor', 'userIdentity', trust);
  const parameters = record['requestParameters'];
  if (isRecord(parameters))
    list.add('user', parameters['userName'], 'target', 'requestParameters.userName', 'structured');
  return list.subjects;
}

function isLogonSuccess(record: Json): boolean {
  const answer = record['responseElements'];
  return record['eventName'] === 'ConsoleLogin' && isRecord(answer) && answer['ConsoleLogin'] === 'Success';
}

function logonOf(record: Json, context: ReadContext): ReadEvent['logon'] {
  const [address, user] = [addressOf(record['sourceIPAddress']), nameOf(record)];
  if (!isLogonSuccess(record) || address === undefined || user === undefined) return undefined;
  return isTrustedProxy(address, context) ? undefined : { address, user };
}

/** CloudTrail records, one a line; a delivered file is one line of `{"Records":[…]}`. */
export const cloudTrail: Format = {
  name: 'aws-cloudtrail',
  title: 'AWS CloudTrail (records, delivered files)',
  feeds: logsources,
  recognise(line) {
    return line.trimStart().startsWith('{') && readTrailRecord(line) ? 2 : 0;
  },
  split: (line) => recordList(line, 'Records'),
  read(line, context) {
    const record = readTrailRecord(line);
    if (!record) return undefined;
    const time = recordTime(record['eventTime'], context);
    const logon = logonOf(record, context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: viewOf(record),
      subjects: subjectsOf(record, context),
      ...(logon === undefined ? {} : { logon }),
      toOcsf: () => toOcsf(record, time ?? context.receivedAt, line),
    };
  },
};
