import { isRecord, textOf } from '../../src/connector/index.ts';

type Json = Readonly<Record<string, unknown>>;

const part = (of: unknown, name: string): unknown => (isRecord(of) ? of[name] : undefined);

/** Who called: the user, else the role that was assumed, else the ARN or id. `HIDDEN_DUE_TO_SECURITY_REASONS` is nobody. */
export function nameOf(record: Json): string | undefined {
  const who = record['userIdentity'];
  const issuer = part(part(who, 'sessionContext'), 'sessionIssuer');
  const name =
    textOf(part(who, 'userName')) ??
    textOf(part(issuer, 'userName')) ??
    textOf(part(who, 'arn')) ??
    textOf(part(who, 'principalId'));
  return name === 'HIDDEN_DUE_TO_SECURITY_REASONS' ? undefined : name;
}
