import { canonicalAddress } from '../../src/base/address.ts';
import { fieldsOf, integerOf, ocsfEvent, textOf, type JsonRecord } from '../../src/connector/index.ts';
import type { AuditEvent } from './event.ts';
import { isNothing } from './record.ts';
import { callOf, peerOf, recordOf } from './view.ts';

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;
const known = (value: string | undefined): string | undefined => (isNothing(value) ? undefined : value);

/** OCSF: a process made is 1007 (1 Launch), a connection 4001, an account's authentication 3002, the rest a base event. */
export function toOcsf(
  event: AuditEvent,
  view: JsonRecord,
  time: number,
  rawData: string,
): JsonRecord & Record<string, unknown> {
  const { records } = event;
  const fields = fieldsOf(view);
  const text = (name: string): string | undefined => known(textOf(fields.value(name)));
  const types = records.map(({ type }) => type);
  const head = {
    severityId: 1,
    time,
    product: { name: 'auditd', vendor_name: 'Linux' },
    metadata: { event_code: types[0], log_name: 'audit', uid: event.id },
    rawData,
  };
  fields.value('type');
  const device = { hostname: event.node ?? 'unknown', type_id: 0, os: { name: 'Linux', type_id: 200 } };
  const image = text('Image');
  const [pid, parent] = [integerOf(text('ProcessId')), integerOf(text('ParentProcessId'))];
  const user = { name: text('User') ?? text('UID') };
  const process =
    pid === undefined
      ? undefined
      : {
          pid,
          name: image === undefined ? undefined : baseName(image),
          cmd_line: text('CommandLine'),
          file: image === undefined ? undefined : { path: image, name: baseName(image), type_id: 1 },
          working_directory: text('CurrentDirectory'),
        };
  const syscall = recordOf(records, 'SYSCALL');
  const call = callOf(syscall);
  if (process && types.includes('EXECVE')) {
    const actor = { process: parent === undefined ? undefined : { pid: parent }, user, app_name: 'auditd' };
    return ocsfEvent({ ...head, classUid: 1007, activityId: 1 }, { device, actor, process }, fields.rest());
  }
  const peer = peerOf(records, call);
  const ip = peer && canonicalAddress(peer.ip);
  if (peer && ip !== undefined) {
    const end = { ip, port: peer.port };
    const attributes = {
      device,
      actor: { process, user, app_name: 'auditd' },
      ...(peer.initiated ? { dst_endpoint: end } : { src_endpoint: end }),
      connection_info: { direction_id: peer.initiated ? 2 : 1 },
    };
    return ocsfEvent({ ...head, classUid: 4001, activityId: 1 }, attributes, fields.rest());
  }
  const account = text('acct');
  if (account !== undefined && /^(?:USER_(?:AUTH|LOGIN|ACCT|ERR)|CRED_ACQ)$/.test(types[0] ?? '')) {
    const source = canonicalAddress(text('addr') ?? '');
    const result = text('res');
    const attributes = {
      user: { name: account },
      service: { name: text('exe') ?? 'PAM' },
      src_endpoint: source === undefined ? undefined : { ip: source },
      status_id: result === undefined ? undefined : result === 'success' ? 1 : 2,
      status_code: result,
    };
    return ocsfEvent({ ...head, classUid: 3002, activityId: 1 }, attributes, fields.rest());
  }
  return ocsfEvent({ ...head, classUid: 0, activityId: 99 }, { activity_name: types[0] ?? 'audit' }, fields.rest());
}
