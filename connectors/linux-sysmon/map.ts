import { canonicalAddress } from '../../src/base/address.ts';
import { fieldsOf, ocsfEvent, textOf, type Fields } from '../../src/connector/index.ts';
import type { SysmonRecord } from './record.ts';

type Part = Readonly<Record<string, unknown>>;

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;
const fileOf = (path: string): Part => ({ path, name: baseName(path), type_id: 1 });
const notDash = (text: string | undefined): string | undefined => (text === '-' ? undefined : text);

/** A process of the event; undefined when it gives neither id nor GUID. */
function processOf(fields: Fields, prefix: '' | 'Parent'): Part | undefined {
  const path = notDash(fields.text(`${prefix}Image`));
  const [pid, uid] = [fields.integer(`${prefix}ProcessId`), fields.text(`${prefix}ProcessGuid`)];
  if (pid === undefined && uid === undefined) return undefined;
  return {
    pid,
    uid,
    name: path === undefined ? undefined : baseName(path),
    cmd_line: notDash(fields.text(`${prefix}CommandLine`)),
    file: path === undefined ? undefined : fileOf(path),
  };
}

function endpointOf(fields: Fields, prefix: 'Source' | 'Destination'): Part | undefined {
  const ip = canonicalAddress(fields.text(`${prefix}Ip`) ?? '');
  if (ip === undefined) return undefined;
  return { ip, port: fields.port(`${prefix}Port`), hostname: notDash(fields.text(`${prefix}Hostname`)) };
}

/** OCSF: processes are 1007 (1 Launch, 2 Terminate), files 1001 (1 Create, 4 Delete), connections 4001; the rest is a base event. */
export function toOcsf(record: SysmonRecord, time: number, rawData: string): Record<string, unknown> {
  const fields = fieldsOf({ ...record.system, ...record.data });
  const user = { name: notDash(fields.text('User')) };
  const head = {
    severityId: 1,
    time,
    product: { name: 'Sysmon for Linux', vendor_name: 'Microsoft' },
    metadata: {
      event_code: String(record.eventId),
      log_name: fields.text('Channel'),
      original_time: textOf(fields.value('UtcTime')) ?? textOf(record.created),
      original_event_uid: fields.text('EventRecordID'),
    },
    rawData,
  };
  const device = { hostname: record.computer ?? 'unknown', type_id: 0, os: { name: 'Linux', type_id: 200 } };
  const process = processOf(fields, '');
  const path = fields.text('TargetFilename');
  if (process && (record.eventId === 1 || record.eventId === 5)) {
    const actor = { process: record.eventId === 1 ? processOf(fields, 'Parent') : undefined, user, app_name: 'sysmon' };
    const attributes = { device, actor, process: { ...process, working_directory: fields.text('CurrentDirectory') } };
    return ocsfEvent({ ...head, classUid: 1007, activityId: record.eventId === 1 ? 1 : 2 }, attributes, fields.rest());
  }
  const actor = { process, user, app_name: 'sysmon' };
  if (path !== undefined && (record.eventId === 11 || record.eventId === 23)) {
    const activityId = record.eventId === 11 ? 1 : 4;
    return ocsfEvent({ ...head, classUid: 1001, activityId }, { device, actor, file: fileOf(path) }, fields.rest());
  }
  const [source, destination] = [endpointOf(fields, 'Source'), endpointOf(fields, 'Destination')];
  if (record.eventId === 3 && (source || destination)) {
    const initiated = fields.text('Initiated');
    const connection = {
      // 1 inbound, 2 outbound.
      direction_id: initiated === 'true' ? 2 : initiated === 'false' ? 1 : 0,
      protocol_name: fields.text('Protocol')?.toLowerCase(),
    };
    const attributes = { device, actor, src_endpoint: source, dst_endpoint: destination, connection_info: connection };
    return ocsfEvent({ ...head, classUid: 4001, activityId: 1 }, attributes, fields.rest());
  }
  return ocsfEvent(
    { ...head, classUid: 0, activityId: 99 },
    { activity_name: `Sysmon ${record.eventId}` },
    fields.rest(),
  );
}
