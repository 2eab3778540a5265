import { notDash, userOf, windowsOcsf, type ClassMap } from './places.ts';

/** OCSF activity: 3 Add User, 4 Remove User, 5 Delete, 6 Create; security and distribution, global, local and universal. */
export const groupActivities: Readonly<Record<number, number>> = {
  4727: 6,
  4731: 6,
  4754: 6,
  4728: 3,
  4732: 3,
  4756: 3,
  4729: 4,
  4733: 4,
  4757: 4,
  4730: 5,
  4734: 5,
  4758: 5,
};

/** OCSF Group Management (3006): the target is the group, the member the user. */
export const groupManagement: ClassMap = (input) => {
  const { fields, record } = input;
  const uid = fields.text('TargetSid');
  const name = fields.text('TargetUserName');
  const group = {
    uid,
    name: name ?? (uid === undefined ? 'unknown' : undefined),
    domain: fields.text('TargetDomainName'),
  };
  const attributes = {
    group,
    user: { uid: notDash(fields.text('MemberSid')), name: notDash(fields.text('MemberName')) },
    actor: { user: userOf(fields, 'Subject') },
  };
  return windowsOcsf(input, 3006, groupActivities[record.eventId] ?? 0, attributes);
};
