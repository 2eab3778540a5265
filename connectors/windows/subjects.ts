import { canonicalAddress } from '../../src/base/address.ts';
import type { ReadEvent, SubjectList } from '../../src/connector/index.ts';
import type { EntityType, FieldTrust, Role, Subject } from '../../src/schema/subject.ts';
import { serviceOf } from './channels.ts';
import { groupActivities } from './map/group-management.ts';
import type { WindowsRecord } from './record.ts';

/** Kerberos also runs over UDP, where anybody can write any sender: its addresses aim at nobody. */
const kerberos = new Set([4768, 4769, 4770, 4771, 4772, 4773]);
/** Failures: the account is whatever the remote side claimed. */
const claimedAccounts = new Set([4625, 4768, 4771, 4772, 4776]);

const empty = new Set(['', '-', '::', '0.0.0.0', '::1', '127.0.0.1', 'LOCAL']);

/** Values with a role. The machine that logs is the victim; on Security events IpAddress is the remote side. */
export function addSubjects(list: SubjectList, record: WindowsRecord): void {
  const add = (type: EntityType, value: string, role: Role, field: string, trust: FieldTrust): void => {
    if (!empty.has(value)) list.add(type, value, role, field, trust);
  };
  const field = (name: string): string => {
    const value = record.data[name];
    return typeof value === 'string' ? value : '';
  };
  const address = (name: string, role: Role, trust: FieldTrust): void => {
    const value = canonicalAddress(field(name));
    if (value !== undefined && !isOwn(value)) add('ip', value, role, name, trust);
  };

  add('host', record.computer ?? '', 'victim', 'Computer', 'structured');
  const service = serviceOf(record.channel);
  if (service === 'security') {
    address('IpAddress', 'actor', kerberos.has(record.eventId) ? 'free' : 'structured');
    // In group events the target is the group.
    if (groupActivities[record.eventId] === undefined)
      add(
        'user',
        field('TargetUserName'),
        'target',
        'TargetUserName',
        claimedAccounts.has(record.eventId) ? 'free' : 'structured',
      );
    add('user', field('SubjectUserName'), 'actor', 'SubjectUserName', 'structured');
    if (record.eventId === 4688) add('process', field('NewProcessName'), 'actor', 'NewProcessName', 'structured');
  }
  if (service === 'sysmon') {
    add('user', field('User'), 'actor', 'User', 'structured');
    add(
      'process',
      field('Image') || field('SourceImage'),
      'actor',
      field('Image') ? 'Image' : 'SourceImage',
      'structured',
    );
    if (record.eventId === 3) {
      const trust = field('Protocol').toLowerCase() === 'tcp' ? 'structured' : 'free';
      if (field('Initiated').toLowerCase() === 'false') address('SourceIp', 'actor', trust);
      else address('DestinationIp', 'target', trust);
    }
  }
}

/** Event 4624 with a network address. Anonymous and guest logons prove nothing; names with a dollar sign are machines. */
export function logonOf(record: WindowsRecord, subjects: readonly Subject[]): ReadEvent['logon'] {
  if (record.eventId !== 4624 || serviceOf(record.channel) !== 'security') return undefined;
  const address = subjects.find(({ type, role }) => type === 'ip' && role === 'actor')?.value;
  const user = subjects.find(({ field }) => field === 'TargetUserName')?.value;
  if (address === undefined || user === undefined || user.endsWith('$')) return undefined;
  return /^(?:anonymous logon|anonymous|guest)$/i.test(user) ? undefined : { address, user };
}

/** Loopback and unspecified addresses are the machine itself. */
function isOwn(address: string): boolean {
  return address.startsWith('127.') || empty.has(address);
}
