import { endpointOf, notDash, processOf, userOf, windowsOcsf, type ClassMap } from './places.ts';

/** OCSF activity: 1 Logon, 2 Logoff, 3 Authentication Ticket, 4 Service Ticket Request, 5 Service Ticket Renew, 6 Preauth. */
export const authenticationActivities: Readonly<Record<number, number>> = {
  4624: 1,
  4625: 1,
  4634: 2,
  4647: 2,
  4648: 1,
  4768: 3,
  4769: 4,
  4770: 5,
  4771: 6,
  4776: 1,
};

/** Windows logon types are OCSF's own numbers, as far as OCSF has them. */
const logonTypes = new Set([0, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13]);
const failures = new Set([4625, 4771]);

function statusId(eventId: number, status: string | undefined): number {
  if (failures.has(eventId)) return 2;
  return status === undefined || /^0x0+$/i.test(status) ? 1 : 2;
}

/** OCSF Authentication (3002). */
export const authentication: ClassMap = (input) => {
  const { record, fields } = input;
  const status = fields.text('Status');
  const logonType = fields.integer('LogonType');
  const attributes = {
    user: userOf(fields, 'Target') ?? { name: 'unknown' },
    actor: { user: userOf(fields, 'Subject') },
    service: { name: notDash(fields.text('LogonProcessName'))?.trim() || record.channel },
    dst_endpoint: { hostname: record.computer },
    src_endpoint: endpointOf(fields, 'IpAddress', 'IpPort'),
    logon_type_id: logonType === undefined ? undefined : logonTypes.has(logonType) ? logonType : 99,
    logon_process: processOf(fields, { image: 'ProcessName', pid: 'ProcessId' }),
    auth_protocol: notDash(fields.text('AuthenticationPackageName')),
    status_id: statusId(record.eventId, status),
    status_code: status,
    status_detail: fields.text('SubStatus'),
    is_remote: logonType === undefined ? undefined : logonType === 3 || logonType === 10,
    session: { uid: fields.text('TargetLogonId') },
  };
  return windowsOcsf(input, 3002, authenticationActivities[record.eventId] ?? 0, attributes);
};
