import { FieldTrust, type ChannelTrust, type Subject } from '../schema/subject.ts';

const most = 64;
const fieldOrder = FieldTrust.options;
const channelOrder: readonly ChannelTrust[] = ['authenticated', 'unauthenticated'];

/** The union of both; of equal type, value and role the lowest trust that was ever seen counts. At most 64, the first ones; values too long to be an entity are left out. */
export function mergeSubjects(known: readonly Subject[], more: readonly Subject[]): Subject[] {
  const byKey = new Map(known.map((subject) => [keyOf(subject), subject]));
  for (const subject of more) {
    // What the schema of a finding would refuse must not get into one.
    if (subject.value.length > 2_048 || subject.field.length > 256) continue;
    const key = keyOf(subject);
    const before = byKey.get(key);
    if (before) byKey.set(key, lowest(before, subject));
    else if (byKey.size < most) byKey.set(key, subject);
  }
  return [...byKey.values()];
}

function keyOf({ type, value, role }: Subject): string {
  return `${type} ${role} ${value}`;
}

function lowest(left: Subject, right: Subject): Subject {
  const worse = <T>(order: readonly T[], one: T, other: T) => (order.indexOf(one) < order.indexOf(other) ? other : one);
  return {
    ...left,
    field_trust: worse(fieldOrder, left.field_trust, right.field_trust),
    channel_trust: worse(channelOrder, left.channel_trust, right.channel_trust),
  };
}
