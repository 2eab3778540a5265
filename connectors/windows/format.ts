import { recordFormat, recordTime, utcTime } from '../../src/connector/index.ts';
import { feeds, logsourcesOf } from './channels.ts';
import { toOcsf } from './map/classes.ts';
import { readWindowsRecord, type WindowsRecord } from './record.ts';
import { addSubjects, logonOf } from './subjects.ts';
import { viewOf } from './view.ts';

/** Windows events as JSON (evtx_dump, NXLog, Winlogbeat) or as rendered XML, one on a line. */
export const windowsEvent = recordFormat<WindowsRecord>({
  name: 'windows-event',
  title: 'Windows and Sysmon events (JSON or XML)',
  feeds,
  record: readWindowsRecord,
  time: ({ created, data }, context) => recordTime(created, context) ?? utcTime(data['UtcTime']),
  logsources: ({ channel, eventId, data }) => logsourcesOf(channel, eventId, data['EventType']),
  view: viewOf,
  isVerbatim: (line) => line.trimStart().startsWith('{'),
  subjects: addSubjects,
  logon: logonOf,
  toOcsf,
});
