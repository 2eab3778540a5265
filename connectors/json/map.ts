import { fieldsOf, ocsfEvent } from '../../src/connector/index.ts';
import type { EntityType, Subject } from '../../src/schema/subject.ts';

/** OCSF observable type_id of what a subject is. */
const observableTypes: Partial<Readonly<Record<EntityType, number>>> = { ip: 2, user: 4, host: 1 };

/** OCSF Base Event (0): a record of unknown make keeps its fields in `unmapped`, its subjects become observables. */
export function baseEventOf(
  record: Readonly<Record<string, unknown>>,
  subjects: readonly Subject[],
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(record);
  const message = fields.text('message') ?? fields.text('msg');
  const observables = subjects.flatMap(({ field, type, value }) => {
    const typeId = observableTypes[type];
    return typeId === undefined ? [] : [{ name: `unmapped.${field}`, type_id: typeId, value }];
  });
  return ocsfEvent(
    { classUid: 0, activityId: 0, severityId: 1, time, product: { name: 'JSON', vendor_name: 'unknown' }, rawData },
    { message, observables },
    fields.rest(),
  );
}
