import { serviceOf } from './channels.ts';
import type { WindowsRecord } from './record.ts';

/** SigmaHQ's other names for the same value, by service and event id: `[name, original]`. */
function aliasesOf(service: string | undefined, eventId: number): readonly (readonly [string, string])[] {
  if (service === 'security' && eventId === 4688)
    return [
      ['Image', 'NewProcessName'],
      ['ParentImage', 'ParentProcessName'],
    ];
  if (service === 'windefend')
    return [
      ['Signature', 'ThreatName'],
      ['Filename', 'Path'],
    ];
  return [];
}

/** The event under the names that SigmaHQ's rules read: data leaves, System values, and names with blanks also without. */
export function viewOf(record: WindowsRecord): Record<string, unknown> {
  const view = new Map<string, unknown>(Object.entries(record.data));
  for (const [name, value] of Object.entries(record.data))
    if (name.includes(' ') && !view.has(name.replaceAll(' ', ''))) view.set(name.replaceAll(' ', ''), value);
  // The event's own head goes before data of the same name (104 tells of another Channel), as the reference oracle has it.
  for (const [name, value] of Object.entries(record.system)) view.set(name, value);
  for (const [alias, original] of aliasesOf(serviceOf(record.channel), record.eventId)) {
    const value = view.get(original);
    if (value !== undefined && !view.has(alias)) view.set(alias, value);
  }
  view.set('EventID', record.eventId);
  if (record.channel !== '') view.set('Channel', record.channel);
  if (record.computer !== undefined) view.set('Computer', record.computer);
  if (record.provider !== undefined) view.set('Provider_Name', record.provider);
  return Object.fromEntries(view);
}
