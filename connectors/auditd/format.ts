import { epochTime, subjectList } from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { readAuditEvent, type AuditEvent } from './event.ts';
import { toOcsf } from './map.ts';
import { isNothing, readHead } from './record.ts';
import { callOf, peerOf, recordOf, viewOf } from './view.ts';

const feeds: readonly Logsource[] = [
  { product: 'linux', service: 'auditd' },
  ...['process_creation', 'file_event', 'file_delete', 'network_connection'].map((category) => ({
    product: 'linux',
    service: 'auditd',
    category,
  })),
];

/** The kernel's records name who; `addr` of a user's record is what a program of the host says of the other end. */
function subjectsOf({ records, node }: AuditEvent, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('host', node, 'victim', 'node', 'anchored');
  const syscall = recordOf(records, 'SYSCALL');
  const exe = syscall?.fields.get('exe');
  if (!isNothing(exe)) list.add('process', exe, 'actor', 'exe', 'structured');
  for (const name of ['AUID', 'UID']) list.add('user', syscall?.fields.get(name), 'actor', name, 'structured');
  for (const { type, fields } of records) {
    if (!type.startsWith('USER_') && !type.startsWith('CRED_')) continue;
    const isFailure = fields.get('res') === 'failed';
    if (!isNothing(fields.get('addr'))) list.add('ip', fields.get('addr'), 'actor', 'addr', 'anchored');
    if (!isNothing(fields.get('acct')))
      list.add('user', fields.get('acct'), 'target', 'acct', isFailure ? 'free' : 'anchored');
  }
  const peer = peerOf(records, callOf(syscall));
  if (peer)
    list.add(
      'ip',
      peer.ip,
      peer.initiated ? 'target' : 'actor',
      peer.initiated ? 'DestinationIp' : 'SourceIp',
      // Which protocol the socket speaks stands in another event; on UDP anybody can write any sender.
      'free',
    );
  return list.subjects;
}

/** auditd's raw records: audit.log, audisp in syslog, journals and Azure's collector. Records of one event are one event. */
export const auditd: Format = {
  name: 'auditd',
  title: 'Linux audit (auditd records)',
  feeds,
  recognise(line) {
    if (!line.includes('audit(')) return 0;
    return readAuditEvent(line) ? 2 : 0;
  },
  eventKey(line) {
    if (!line.slice(0, 600).includes('audit(')) return undefined;
    const head = readHead(line);
    return head && `${head.node ?? ''} ${head.id}`;
  },
  read(text, context) {
    const event = text.includes('audit(') ? readAuditEvent(text) : undefined;
    if (!event) return undefined;
    const time = epochTime(event.time);
    const { view, logsources } = viewOf(event);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view,
      subjects: subjectsOf(event, context),
      toOcsf: () => toOcsf(event, view, time ?? context.receivedAt, text),
    };
  },
};
