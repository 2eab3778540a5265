import { userOf, windowsOcsf, type ClassMap } from './places.ts';

/** OCSF activity: 1 Create, 2 Enable, 3 Password Change, 4 Password Reset, 5 Disable, 6 Delete, 9 Lock, 12 Unlock. */
export const accountActivities: Readonly<Record<number, number>> = {
  4720: 1,
  4722: 2,
  4723: 3,
  4724: 4,
  4725: 5,
  4726: 6,
  4740: 9,
  4767: 12,
};

/** OCSF Account Change (3001). */
export const accountChange: ClassMap = (input) => {
  const user = { ...userOf(input.fields, 'Target'), uid: input.fields.text('TargetSid') };
  const attributes = {
    user: 'name' in user || user.uid ? user : { name: 'unknown' },
    actor: { user: userOf(input.fields, 'Subject') },
  };
  return windowsOcsf(input, 3001, accountActivities[input.record.eventId] ?? 0, attributes);
};
