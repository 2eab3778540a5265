import { isRecord, readJsonRecord } from '../../src/connector/index.ts';
import { readAuoms } from './auoms.ts';
import { readFields, readHead, type AuditRecord } from './record.ts';

/** An event, put together of its records. */
export interface AuditEvent {
  id: string;
  /** Epoch seconds as text. */
  time: string;
  node?: string;
  records: readonly AuditRecord[];
}

/** Where JSON shippers put a line of syslog. */
const messageFields = ['MESSAGE', 'message', 'SyslogMessage', 'msg'];
const mostRecords = 512;

/** The records of one event: a line of audit.log, or several joined by line breaks; also in syslog or a JSON message. */
export function readAuditEvent(text: string): AuditEvent | undefined {
  if (text.trimStart().startsWith('{')) {
    const record = readJsonRecord(text);
    const inner = isRecord(record)
      ? messageFields.map((name) => record[name]).find((value) => typeof value === 'string' && value.includes('type='))
      : undefined;
    return typeof inner === 'string' && !inner.trimStart().startsWith('{') ? readAuditEvent(inner) : undefined;
  }
  let head: ReturnType<typeof readHead>;
  const records: AuditRecord[] = [];
  for (const line of text.split('\n', mostRecords)) {
    const own = readHead(line);
    if (own && head && own.id !== head.id) continue;
    head ??= own;
    if (own) records.push(...(readAuoms(own.type, line.slice(own.end)) ?? [recordOf(own.type, line.slice(own.end))]));
    else {
      // auditd's own names (`ARCH=x86_64 SYSCALL=execve`) may stand on a line of their own.
      const last = records.at(-1);
      if (last && /^[A-Z]{2,16}=/.test(line)) records[records.length - 1] = joined(last, readFields(last.type, line));
    }
  }
  if (!head) return undefined;
  const { id, time, node } = head;
  return { id, time, records, ...(node === undefined ? {} : { node }) };
}

const recordOf = (type: string, text: string): AuditRecord => ({ type, fields: readFields(type, text) });

const joined = ({ type, fields }: AuditRecord, more: AuditRecord['fields']): AuditRecord => ({
  type,
  fields: new Map([...more, ...fields]),
});
