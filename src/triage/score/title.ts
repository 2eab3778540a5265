/** [T50] The worst rule, whom it is about, and how many suffer. Log text in it stays as it is: whoever prints it escapes it. */
export function titleOf(incident: {
  rule: string;
  entityType: string;
  entityValue: string;
  victimHosts: number;
  victimUsers: number;
}): string {
  const { rule, entityType, entityValue } = incident;
  const word =
    entityType === 'ip' ? 'from' : entityType === 'host' ? 'on' : entityType === 'user' ? 'with account' : 'about';
  const about = entityType === 'rule' ? '' : ` ${word} ${entityValue.slice(0, 120)}`;
  const victims = [count(incident.victimHosts, 'machine'), count(incident.victimUsers, 'account')].filter(
    (part) => part,
  );
  return `${rule.slice(0, 150)}${about}${victims.length > 0 ? ` (${victims.join(', ')})` : ''}`.toWellFormed();
}

const count = (number: number, noun: string) => (number > 1 ? `${number} ${noun}s` : '');
