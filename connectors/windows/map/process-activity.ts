import { baseEvent } from './base-event.ts';
import { processOf, userOf, windowsOcsf, type ClassMap } from './places.ts';

interface Names {
  activityId: number;
  process: { image: string; pid: string; guid?: string; commandLine?: string };
  /** Who did it; the parent, or the process that reached out. */
  actor?: { image: string; pid: string; guid?: string; commandLine?: string };
}

const target = { image: 'TargetImage', pid: 'TargetProcessId', guid: 'TargetProcessGUID' };
const source = { image: 'SourceImage', pid: 'SourceProcessId', guid: 'SourceProcessGUID' };
const own = { image: 'Image', pid: 'ProcessId', guid: 'ProcessGuid', commandLine: 'CommandLine' };
const parent = {
  image: 'ParentImage',
  pid: 'ParentProcessId',
  guid: 'ParentProcessGuid',
  commandLine: 'ParentCommandLine',
};

/** Sysmon and Security events about a process. OCSF activity: 1 Launch, 2 Terminate, 3 Open, 4 Inject. */
export const sysmonProcesses: Readonly<Record<number, Names>> = {
  1: { activityId: 1, process: own, actor: parent },
  5: { activityId: 2, process: own },
  8: {
    activityId: 4,
    process: { ...target, guid: 'TargetProcessGuid' },
    actor: { ...source, guid: 'SourceProcessGuid' },
  },
  10: { activityId: 3, process: target, actor: source },
};

export const securityProcesses: Readonly<Record<number, Names>> = {
  4688: {
    activityId: 1,
    process: { image: 'NewProcessName', pid: 'NewProcessId', commandLine: 'CommandLine' },
    actor: { image: 'ParentProcessName', pid: 'ProcessId' },
  },
  4689: { activityId: 2, process: { image: 'ProcessName', pid: 'ProcessId' } },
};

/** OCSF Process Activity (1007); without an id of the process it stays a base event. */
export function processActivity(names: Names): ClassMap {
  return (input) => {
    const { fields, record } = input;
    const process = processOf(fields, names.process);
    if (!process) return baseEvent(input);
    const user = userOf(fields, 'Subject') ?? { name: fields.text('User') ?? fields.text('SourceUser') };
    const actor = {
      process: names.actor === undefined ? undefined : processOf(fields, names.actor),
      user: user['name'] === undefined && user['uid'] === undefined ? undefined : user,
      app_name: record.provider ?? record.channel,
    };
    return windowsOcsf(input, 1007, names.activityId, {
      actor,
      process: { ...process, working_directory: fields.text('CurrentDirectory') },
      actual_permissions: fields.integer('GrantedAccess'),
    });
  };
}
