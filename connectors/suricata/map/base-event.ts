import { eveMap } from './places.ts';

/** OCSF Base Event (0) for records without any address, such as `stats`. */
export const baseEventOf = eveMap((_fields, metadata) => {
  const attributes = { activity_name: metadata['event_code'] };
  return { classUid: 0, activityId: 99, attributes };
});
