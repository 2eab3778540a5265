import { isRecord, readJsonRecord, textOf, type JsonRecord } from '../../src/connector/index.ts';

/**
 * A record of the unified audit log: as the Management Activity API gives it, or in the `AuditData` of an export by
 * Search-UnifiedAuditLog.
 */
export function readAuditRecord(line: string): JsonRecord | undefined {
  const found = readJsonRecord(line);
  const inner = found?.['AuditData'];
  const record = typeof inner === 'string' ? readJsonRecord(inner) : isRecord(inner) ? inner : found;
  if (!record) return undefined;
  const { Operation, RecordType, Workload, CreationTime } = record;
  const isAudit = typeof Operation === 'string' && typeof CreationTime === 'string';
  return isAudit && (textOf(RecordType) ?? textOf(Workload)) !== undefined ? record : undefined;
}

/** Values of a list of `{Name, Value}`, as `Parameters` and `ExtendedProperties` are; the first of each name. */
export function namedValues(list: unknown): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  if (!Array.isArray(list)) return values;
  for (const entry of list.slice(0, 256)) {
    if (!isRecord(entry)) continue;
    const name = textOf(entry['Name']);
    if (name !== undefined && !values.has(name)) values.set(name, entry['Value'] ?? entry['NewValue']);
  }
  return values;
}

/** Whether somebody signed in, or tried to. */
export function isSignIn(record: JsonRecord): boolean {
  return /^UserLog(?:gedIn|inFailed)$/.test(String(record['Operation']));
}

/** `Succeeded`, `Success`, `True` are one thing under many names; alerts have none, they happened. */
export function isSuccess(record: JsonRecord): boolean | undefined {
  const result = textOf(record['ResultStatus'])?.toLowerCase();
  if (result === undefined || result === '') return undefined;
  if (/^(?:succe|true|partiallysucceeded)/.test(result)) return record['Operation'] !== 'UserLoginFailed';
  return false;
}
