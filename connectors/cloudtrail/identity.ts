import { textOf, valueAt, type JsonRecord } from '../../src/connector/index.ts';

/** Who called: the user, else the role that was assumed, else the ARN or id. `HIDDEN_DUE_TO_SECURITY_REASONS` is nobody. */
export function nameOf(record: JsonRecord): string | undefined {
  const who = record['userIdentity'];
  const issuer = valueAt(who, 'sessionContext', 'sessionIssuer');
  const name =
    textOf(valueAt(who, 'userName')) ??
    textOf(valueAt(issuer, 'userName')) ??
    textOf(valueAt(who, 'arn')) ??
    textOf(valueAt(who, 'principalId'));
  return name === 'HIDDEN_DUE_TO_SECURITY_REASONS' ? undefined : name;
}
