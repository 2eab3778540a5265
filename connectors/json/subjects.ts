import { canonicalAddress } from '../../src/base/address.ts';
import { isRecord, isTrustedProxy, type ReadContext, type ReadEvent } from '../../src/connector/index.ts';
import type { EntityType, FieldTrust, Role, Subject } from '../../src/schema/subject.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where ECS (and the second list: OCSF) puts values with a role. */
const ecsPlaces: readonly (readonly [field: string, type: EntityType, role: Role])[] = [
  ['source.ip', 'ip', 'actor'],
  ['destination.ip', 'ip', 'victim'],
  ['user.name', 'user', 'target'],
  ['host.name', 'host', 'victim'],
];
const ocsfPlaces: typeof ecsPlaces = [
  ['src_endpoint.ip', 'ip', 'actor'],
  ['dst_endpoint.ip', 'ip', 'victim'],
  ['user.name', 'user', 'target'],
  ['actor.user.name', 'user', 'actor'],
  ['device.hostname', 'host', 'victim'],
];

/** The value at a dotted name: a key that has the dots itself goes before nesting. */
export function valueAt(record: Json, field: string): unknown {
  if (Object.hasOwn(record, field)) return record[field];
  let value: unknown = record;
  for (const step of field.split('.')) value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

/** Values with a role, where the record names them as ECS or OCSF do. Anything else stays without: no role, no containment. */
export function subjectsOf(record: Json, isOcsf: boolean, context: ReadContext): Subject[] {
  const transport = valueAt(record, isOcsf ? 'connection_info.protocol_name' : 'network.transport');
  const isForgeable = typeof transport === 'string' && /^(?:udp|icmp)/i.test(transport);
  return (isOcsf ? ocsfPlaces : ecsPlaces).flatMap(([field, type, role]) => {
    const value = valueAt(record, field);
    if (typeof value !== 'string' || value === '') return [];
    const text = type === 'ip' ? canonicalAddress(value) : value.slice(0, 256);
    if (text === undefined) return [];
    const trust: FieldTrust = type === 'ip' && isForgeable ? 'free' : 'structured';
    const part = type === 'ip' && isTrustedProxy(text, context) ? 'intermediary' : role;
    return [{ type, value: text, role: part, field, field_trust: trust, channel_trust: context.channelTrust }];
  });
}

/** OCSF Authentication (3002) logon with status success; ECS event.category authentication with outcome success. */
export function logonOf(record: Json, isOcsf: boolean, subjects: readonly Subject[]): ReadEvent['logon'] {
  const category = valueAt(record, 'event.category');
  const isLogon = isOcsf
    ? record['class_uid'] === 3002 && record['activity_id'] === 1 && record['status_id'] === 1
    : (Array.isArray(category) ? category : [category]).includes('authentication') &&
      valueAt(record, 'event.outcome') === 'success';
  if (!isLogon) return undefined;
  const address = subjects.find(
    ({ type, role, field_trust }) => type === 'ip' && role === 'actor' && field_trust !== 'free',
  );
  const user = subjects.find(({ field }) => field === 'user.name');
  return address && user ? { address: address.value, user: user.value } : undefined;
}
