import { serviceOf } from '../channels.ts';
import type { WindowsRecord } from '../record.ts';
import { accountActivities, accountChange } from './account-change.ts';
import { authentication, authenticationActivities } from './authentication.ts';
import { baseEvent } from './base-event.ts';
import { dnsActivity } from './dns-activity.ts';
import { fileActivities, fileActivity } from './file-activity.ts';
import { groupActivities, groupManagement } from './group-management.ts';
import { moduleActivity } from './module-activity.ts';
import { networkActivity } from './network-activity.ts';
import { mapInput, type ClassMap } from './places.ts';
import { processActivity, securityProcesses, sysmonProcesses } from './process-activity.ts';

function classOf(service: string | undefined, eventId: number): ClassMap {
  if (service === 'security') {
    const process = securityProcesses[eventId];
    if (process) return processActivity(process);
    if (authenticationActivities[eventId] !== undefined) return authentication;
    if (accountActivities[eventId] !== undefined) return accountChange;
    if (groupActivities[eventId] !== undefined) return groupManagement;
  }
  if (service === 'sysmon') {
    const process = sysmonProcesses[eventId];
    if (process) return processActivity(process);
    if (fileActivities[eventId] !== undefined) return fileActivity;
    if (eventId === 3) return networkActivity;
    if (eventId === 6 || eventId === 7) return moduleActivity;
    if (eventId === 22) return dnsActivity;
  }
  return baseEvent;
}

/** The OCSF event of the class that the channel and event id belong to. */
export function toOcsf(record: WindowsRecord, time: number, rawData: string): Record<string, unknown> {
  return classOf(serviceOf(record.channel), record.eventId)(mapInput(record, time, rawData));
}
