import { recordFormat, recordTime, utcTime, type Logsource } from '../../src/connector/index.ts';
import { toOcsf } from './map.ts';
import { readSysmonRecord, type SysmonRecord } from './record.ts';

/** Sigma's categories by event id, as far as Sysmon for Linux has the event. */
const categories: Readonly<Record<number, string>> = {
  1: 'process_creation',
  3: 'network_connection',
  4: 'sysmon_status',
  5: 'process_termination',
  9: 'raw_access_thread',
  11: 'file_event',
  16: 'sysmon_status',
  23: 'file_delete',
};

function logsourcesOf({ eventId }: SysmonRecord): Logsource[] {
  const category = categories[eventId];
  const own: Logsource = { product: 'linux', service: 'sysmon' };
  return [category === undefined ? own : { ...own, category }];
}

const feeds: readonly Logsource[] = [...new Set(Object.values(categories))].map((category) => ({
  product: 'linux',
  service: 'sysmon',
  category,
}));

function viewOf(record: SysmonRecord): Record<string, unknown> {
  return {
    ...record.data,
    ...record.system,
    EventID: record.eventId,
    ...(record.computer === undefined ? {} : { Computer: record.computer }),
  };
}

/** Sysmon for Linux: its XML alone, in syslog of either RFC, or in the message of a JSON record. */
export const linuxSysmon = recordFormat<SysmonRecord>({
  name: 'linux-sysmon',
  title: 'Sysmon for Linux (XML, syslog)',
  feeds,
  record: readSysmonRecord,
  time: ({ created, data }, context) => recordTime(created, context) ?? utcTime(data['UtcTime']),
  logsources: logsourcesOf,
  view: viewOf,
  // The machine that logs is the victim; of a connection the other end counts, by who opened it.
  subjects(list, { eventId, computer, data }) {
    list.add('host', computer, 'victim', 'Computer', 'structured');
    list.add('user', data['User'], 'actor', 'User', 'structured');
    list.add('process', data['Image'], 'actor', 'Image', 'structured');
    if (eventId !== 3) return;
    const trust = data['Protocol'] === 'tcp' ? 'structured' : 'free';
    if (data['Initiated'] === 'false') list.add('ip', data['SourceIp'], 'actor', 'SourceIp', trust);
    else list.add('ip', data['DestinationIp'], 'target', 'DestinationIp', trust);
  },
  toOcsf,
});
