import { canonicalAddress } from '../../../src/base/address.ts';
import { fieldsOf, ocsfEvent, textOf, type Fields } from '../../../src/connector/index.ts';
import type { WindowsRecord } from '../record.ts';

/** What a map of one class needs. */
export interface MapInput {
  record: WindowsRecord;
  fields: Fields;
  time: number;
  rawData: string;
}

export type ClassMap = (input: MapInput) => Record<string, unknown>;

export function mapInput(record: WindowsRecord, time: number, rawData: string): MapInput {
  return { record, time, rawData, fields: fieldsOf({ ...record.system, ...record.data }) };
}

/** The event with Windows' own metadata and device; everything that no map took goes to `unmapped`. */
export function windowsOcsf(
  { record, fields, time, rawData }: MapInput,
  classUid: number,
  activityId: number,
  attributes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const product = { name: record.provider ?? 'Windows', vendor_name: 'Microsoft' };
  const metadata = {
    event_code: String(record.eventId),
    log_name: record.channel,
    log_level: fields.text('Level'),
    log_version: fields.text('Version'),
    original_time: fields.text('UtcTime') ?? textOf(record.created),
    log_provider: record.provider,
    original_event_uid: fields.text('EventRecordID'),
  };
  // Flat shapes carry these beside the data; the record already holds them.
  for (const name of ['Hostname', 'SourceName', 'TimeCreated', '@timestamp']) fields.value(name);
  const body = { device: deviceOf(record), message: fields.text('Message'), ...attributes };
  return ocsfEvent({ classUid, activityId, severityId: 1, time, product, metadata, rawData }, body, fields.rest());
}

export function deviceOf(record: WindowsRecord): Record<string, unknown> {
  return { hostname: record.computer ?? 'unknown', type_id: 0, os: { name: 'Windows', type_id: 100 } };
}

/** The account behind a `Subject…`, `Target…` or other prefix; undefined when the event names none. */
export function userOf(fields: Fields, prefix: string): Record<string, unknown> | undefined {
  const names = [`${prefix}UserName`, `${prefix}UserSid`] as const;
  const [name, uid] = names.map((field) => notDash(fields.text(field)));
  if (name === undefined && uid === undefined) return undefined;
  return { name, uid, domain: notDash(fields.text(`${prefix}DomainName`)) };
}

export function notDash(text: string | undefined): string | undefined {
  return text === '-' ? undefined : text;
}

/** An endpoint at an address field; undefined when it holds none. */
export function endpointOf(
  fields: Fields,
  addressField: string,
  portField: string,
): Record<string, unknown> | undefined {
  const ip = canonicalAddress(notDash(fields.text(addressField)) ?? '');
  return ip === undefined ? undefined : { ip, port: fields.port(portField) };
}

/** A process by its image, id and GUID; undefined when the event gives neither id nor GUID. */
export function processOf(
  fields: Fields,
  names: { image: string; pid: string; guid?: string; commandLine?: string },
): Record<string, unknown> | undefined {
  const path = notDash(fields.text(names.image));
  const pid = fields.integer(names.pid);
  const uid = names.guid === undefined ? undefined : fields.text(names.guid);
  if (pid === undefined && uid === undefined) return undefined;
  return {
    pid,
    uid,
    name: path === undefined ? undefined : baseName(path),
    cmd_line: names.commandLine === undefined ? undefined : fields.text(names.commandLine),
    file: path === undefined ? undefined : fileOf(path),
  };
}

export function fileOf(path: string): Record<string, unknown> {
  return { path, name: baseName(path), type_id: 1 };
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1) || path;
}
