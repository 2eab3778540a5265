import { fieldsOf, ocsfEvent } from '../../../src/connector/index.ts';
import { metadataOf, suricataProduct } from './places.ts';

/** OCSF Base Event (0) for records without any address, such as `stats`. */
export function baseEventOf(
  eve: Readonly<Record<string, unknown>>,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(eve);
  const metadata = metadataOf(fields);
  const attributes = { activity_name: metadata['event_code'] };
  return ocsfEvent(
    { classUid: 0, activityId: 99, severityId: 1, time, product: suricataProduct, metadata, rawData },
    attributes,
    fields.rest(),
  );
}
