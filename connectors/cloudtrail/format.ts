import {
  addressOf,
  isRecord,
  openView,
  readJsonRecord,
  recordFormat,
  recordList,
  recordTime,
  textOf,
  valueAt,
  withText,
  type JsonRecord,
} from '../../src/connector/index.ts';
import { toOcsf } from './map.ts';
import { nameOf } from './identity.ts';

/** Every record has a source and a name of this kind; other JSON logs do not have both. */
function readTrailRecord(line: string): JsonRecord | undefined {
  const record = readJsonRecord(line);
  if (!record) return undefined;
  const { eventSource, eventName, eventVersion } = record;
  if (typeof eventSource !== 'string' || typeof eventName !== 'string') return undefined;
  return eventSource.endsWith('.amazonaws.com') || typeof eventVersion === 'string' ? record : undefined;
}

/** The record as it is; the objects that SigmaHQ's rules also search as text; and names that other exports use. */
function viewOf(record: JsonRecord): Record<string, unknown> {
  const { view, put } = openView(record);
  for (const name of ['requestParameters', 'responseElements'])
    if (isRecord(record[name])) view[name] = withText(record[name]);
  put('status', textOf(record['errorCode']) === undefined ? 'success' : 'failure');
  put('src_ip', addressOf(record['sourceIPAddress']));
  return view;
}

const isLogon = (record: JsonRecord): boolean => record['eventName'] === 'ConsoleLogin';
const isLogonSuccess = (record: JsonRecord): boolean =>
  isLogon(record) && valueAt(record, 'responseElements', 'ConsoleLogin') === 'Success';

/** CloudTrail records, one a line; a delivered file is one line of `{"Records":[…]}`. */
export const cloudTrail = recordFormat<JsonRecord>({
  name: 'aws-cloudtrail',
  title: 'AWS CloudTrail (records, delivered files)',
  feeds: [{ product: 'aws', service: 'cloudtrail' }],
  record: readTrailRecord,
  split: (line) => recordList(line, 'Records'),
  time: ({ eventTime }, context) => recordTime(eventTime, context),
  view: viewOf,
  // The caller's address is AWS's own word; a name in a console logon that failed is whatever somebody typed.
  subjects(list, record) {
    list.add('ip', record['sourceIPAddress'], 'actor', 'sourceIPAddress', 'structured');
    const trust = isLogon(record) && !isLogonSuccess(record) ? 'free' : 'structured';
    list.add('user', nameOf(record), isLogon(record) ? 'target' : 'actor', 'userIdentity', trust);
    const user = valueAt(record, 'requestParameters', 'userName');
    list.add('user', user, 'target', 'requestParameters.userName', 'structured');
  },
  logon: (record) =>
    isLogonSuccess(record) ? { address: record['sourceIPAddress'], user: nameOf(record) } : undefined,
  toOcsf,
});
