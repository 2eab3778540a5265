import { recordTime } from '../../src/connector/index.ts';
import type { Format } from '../../src/connector/index.ts';
import { feeds, logsourcesOf } from './channels.ts';
import { toOcsf } from './map/classes.ts';
import { readWindowsRecord } from './record.ts';
import { logonOf, subjectsOf } from './subjects.ts';
import { viewOf } from './view.ts';

/** Windows events as JSON (evtx_dump, NXLog, Winlogbeat) or as rendered XML, one on a line. */
export const windowsEvent: Format = {
  name: 'windows-event',
  title: 'Windows and Sysmon events (JSON or XML)',
  feeds,
  recognise(line) {
    return readWindowsRecord(line) ? 2 : 0;
  },
  read(line, context) {
    const record = readWindowsRecord(line);
    if (!record) return undefined;
    const view = viewOf(record);
    const time =
      recordTime(record.created, context) ?? recordTime(record.data['UtcTime'], { ...context, timeZone: '' });
    const subjects = subjectsOf(record, context);
    const logon = logonOf(record, subjects);
    return {
      ...(time === undefined ? {} : { time }),
      logsources: logsourcesOf(record.channel, record.eventId, record.data['EventType']),
      view,
      ...(line.trimStart().startsWith('{') ? { json: line } : {}),
      subjects,
      ...(logon === undefined ? {} : { logon }),
      toOcsf: () => toOcsf(record, time ?? context.receivedAt, line),
    };
  },
};
