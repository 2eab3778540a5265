import { addressOf, isTrustedProxy, recordTime, subjectList, textOf } from '../../src/connector/index.ts';
import type { Format, ReadContext, ReadEvent } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { toOcsf } from './map.ts';
import { readAuditRecord, type Json } from './record.ts';
import { feeds, logsourcesOf, viewOf } from './view.ts';

const addressFields = ['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'SenderIp'];

/** The record names accounts by address; services and the system itself are none. */
function userOf(record: Json): string | undefined {
  const user = textOf(record['UserId']);
  return user !== undefined && /^[^\s\\]{1,200}@[^\s\\]{1,200}$/.test(user) ? user : undefined;
}

const isLogon = (record: Json): boolean => /^UserLog(?:gedIn|inFailed)$/.test(String(record['Operation']));

/** The client's address is Microsoft's own word. The account of a logon that failed is whatever somebody typed. */
function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  const field = addressFields.find((name) => addressOf(record[name]) !== undefined);
  if (field !== undefined) list.add('ip', record[field], 'actor', field, 'structured');
  const isFailure = record['Operation'] === 'UserLoginFailed';
  list.add('user', userOf(record), isLogon(record) ? 'target' : 'actor', 'UserId', isFailure ? 'free' : 'structured');
  list.add('user', record['MailboxOwnerUPN'], 'victim', 'MailboxOwnerUPN', 'structured');
  return list.subjects;
}

function logonOf(record: Json, context: ReadContext): ReadEvent['logon'] {
  const address = addressFields.map((name) => addressOf(record[name])).find((found) => found !== undefined);
  const user = userOf(record);
  if (record['Operation'] !== 'UserLoggedIn' || address === undefined || user === undefined) return undefined;
  return isTrustedProxy(address, context) ? undefined : { address, user };
}

/** Microsoft 365's unified audit log: Exchange, Entra, SharePoint, OneDrive, Teams, Purview; one record a line. */
export const m365Audit: Format = {
  name: 'm365-audit',
  title: 'Microsoft 365 unified audit log',
  feeds,
  recognise(line) {
    const record = line.trimStart().startsWith('{') ? readAuditRecord(line) : undefined;
    if (!record) return 0;
    return 'OrganizationId' in record || 'UserKey' in record || 'Workload' in record ? 2 : 1;
  },
  read(line, context) {
    const record = readAuditRecord(line);
    if (!record) return undefined;
    // The log's times are UTC and say no zone.
    const time = recordTime(record['CreationTime'], { ...context, timeZone: '' });
    const logon = logonOf(record, context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources: logsourcesOf(record),
      view: viewOf(record),
      subjects: subjectsOf(record, context),
      ...(logon === undefined ? {} : { logon }),
      toOcsf: () => toOcsf(record, isLogon(record), time ?? context.receivedAt, line),
    };
  },
};
