import { baseEvent } from './base-event.ts';
import { fileOf, processOf, windowsOcsf, type ClassMap } from './places.ts';

/** Sysmon events about a file. OCSF activity: 1 Create, 4 Delete, 6 Set Attributes. */
export const fileActivities: Readonly<Record<number, number>> = { 2: 6, 11: 1, 15: 1, 23: 4, 26: 4 };

/** OCSF File Activity (1001). */
export const fileActivity: ClassMap = (input) => {
  const { fields, record } = input;
  const path = fields.text('TargetFilename');
  if (path === undefined) return baseEvent(input);
  const user = fields.text('User');
  const attributes = {
    file: fileOf(path),
    actor: {
      process: processOf(fields, { image: 'Image', pid: 'ProcessId', guid: 'ProcessGuid' }),
      user: { name: user },
      app_name: record.provider ?? record.channel,
    },
  };
  return windowsOcsf(input, 1001, fileActivities[record.eventId] ?? 0, attributes);
};
