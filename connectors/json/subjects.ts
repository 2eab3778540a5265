import { subjectList, valueAt, type JsonRecord, type ReadContext, type ReadEvent } from '../../src/connector/index.ts';
import type { EntityType, Role, Subject } from '../../src/schema/subject.ts';

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
export function valueNamed(record: JsonRecord, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : valueAt(record, ...field.split('.'));
}

/** Values with a role, where the record names them as ECS or OCSF do. Anything else stays without: no role, no containment. */
export function subjectsOf(record: JsonRecord, isOcsf: boolean, context: ReadContext): readonly Subject[] {
  const transport = valueNamed(record, isOcsf ? 'connection_info.protocol_name' : 'network.transport');
  const isForgeable = typeof transport === 'string' && /^(?:udp|icmp)/i.test(transport);
  const list = subjectList(context);
  for (const [field, type, role] of isOcsf ? ocsfPlaces : ecsPlaces)
    list.add(type, valueNamed(record, field), role, field, type === 'ip' && isForgeable ? 'free' : 'structured');
  return list.subjects;
}

/** OCSF Authentication (3002) logon with status success; ECS event.category authentication with outcome success. */
export function logonOf(record: JsonRecord, isOcsf: boolean, subjects: readonly Subject[]): ReadEvent['logon'] {
  const category = valueNamed(record, 'event.category');
  const isLogon = isOcsf
    ? record['class_uid'] === 3002 && record['activity_id'] === 1 && record['status_id'] === 1
    : (Array.isArray(category) ? category : [category]).includes('authentication') &&
      valueNamed(record, 'event.outcome') === 'success';
  if (!isLogon) return undefined;
  const address = subjects.find(
    ({ type, role, field_trust }) => type === 'ip' && role === 'actor' && field_trust !== 'free',
  );
  const user = subjects.find(({ field }) => field === 'user.name');
  return address && user ? { address: address.value, user: user.value } : undefined;
}
