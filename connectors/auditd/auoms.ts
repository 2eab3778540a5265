import { readFields, type AuditRecord } from './record.ts';

const commandMark = ' cmdline=';
const endMark = ' redactors=';

/**
 * Azure's audit collector writes an event as one record: the SYSCALL's fields, the paths as lists, and the arguments as
 * one command line, whose quotes it does not escape. They become the records that auditd would have written.
 */
export function readAuoms(type: string, text: string): AuditRecord[] | undefined {
  if (!type.startsWith('AUOMS_')) return undefined;
  const from = text.indexOf(commandMark);
  const end = from < 0 ? -1 : text.lastIndexOf(endMark);
  const quoted = from < 0 || end < from ? undefined : text.slice(from + commandMark.length, end);
  const command = quoted !== undefined && /^".*"$/s.test(quoted) ? quoted.slice(1, -1) : quoted;
  // What stands behind the command line is its own; in front of it nothing of the process's choice has blanks.
  const before = command === undefined ? text : text.slice(0, from);
  const fields = new Map(readFields('SYSCALL', before));
  const name = fields.get('syscall');
  if (name !== undefined) fields.set('SYSCALL', name);
  const user = fields.get('user');
  if (user !== undefined) fields.set('UID', user);
  const records: AuditRecord[] = [{ type: 'SYSCALL', fields }];
  if (command !== undefined) {
    const words = command.split(/\s+/).filter((word) => word !== '');
    const numbered = words.map((word, at): [string, string] => [`a${at}`, word]);
    records.push({ type: 'EXECVE', fields: new Map([...numbered, ['cmdline', command]]) });
  }
  const cwd = fields.get('cwd');
  if (cwd !== undefined) records.push({ type: 'CWD', fields: new Map([['cwd', cwd]]) });
  const [paths, kinds] = ['path_name', 'path_nametype'].map((list) => listOf(fields.get(list)));
  for (const [at, path] of (paths ?? []).entries())
    records.push({
      type: 'PATH',
      fields: new Map([
        ['name', path],
        ['nametype', kinds?.[at] ?? ''],
      ]),
    });
  return records;
}

function listOf(text: string | undefined): string[] {
  if (text === undefined || !text.startsWith('[')) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string').slice(0, 64) : [];
  } catch {
    return [];
  }
}
