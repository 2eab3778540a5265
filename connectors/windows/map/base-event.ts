import { windowsOcsf, type ClassMap } from './places.ts';

/** OCSF Base Event (0) for the thousands of events that have no class of their own. */
export const baseEvent: ClassMap = (input) =>
  windowsOcsf(input, 0, 99, {
    // Base Event has no place for a device; the machine is the logger.
    device: undefined,
    activity_name: `${input.record.channel} ${input.record.eventId}`,
  });
