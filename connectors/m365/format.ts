import { addressOf, recordFormat, textOf, utcTime, type JsonRecord } from '../../src/connector/index.ts';
import { toOcsf } from './map.ts';
import { isSignIn, readAuditRecord } from './record.ts';
import { feeds, logsourcesOf, viewOf } from './view.ts';

const addressFields = ['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'SenderIp'];

/** The first field that has an address: the client's, in Microsoft's own word. */
function addressField(record: JsonRecord): string {
  return addressFields.find((name) => addressOf(record[name]) !== undefined) ?? 'ClientIP';
}

/** The record names accounts by address; services and the system itself are none. */
function userOf(record: JsonRecord): string | undefined {
  const user = textOf(record['UserId']);
  return user !== undefined && /^[^\s\\]{1,200}@[^\s\\]{1,200}$/.test(user) ? user : undefined;
}

/** Microsoft 365's unified audit log: Exchange, Entra, SharePoint, OneDrive, Teams, Purview; one record a line. */
export const m365Audit = recordFormat<JsonRecord>({
  name: 'm365-audit',
  title: 'Microsoft 365 unified audit log',
  feeds,
  record: readAuditRecord,
  isSure: (record) => ['OrganizationId', 'UserKey', 'Workload'].some((name) => name in record),
  time: (record) => utcTime(record['CreationTime']),
  logsources: logsourcesOf,
  view: viewOf,
  subjects(list, record) {
    const field = addressField(record);
    list.add('ip', record[field], 'actor', field, 'structured');
    // The account of a logon that failed is whatever somebody typed.
    const trust = record['Operation'] === 'UserLoginFailed' ? 'free' : 'structured';
    list.add('user', userOf(record), isSignIn(record) ? 'target' : 'actor', 'UserId', trust);
    list.add('user', record['MailboxOwnerUPN'], 'victim', 'MailboxOwnerUPN', 'structured');
  },
  logon: (record) =>
    record['Operation'] === 'UserLoggedIn'
      ? { address: record[addressField(record)], user: userOf(record) }
      : undefined,
  toOcsf: (record, time, line) => toOcsf(record, isSignIn(record), time, line),
});
