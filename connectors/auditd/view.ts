import type { Logsource } from '../../src/connector/index.ts';
import type { AuditEvent } from './event.ts';
import { isNothing, readSockaddr, type AuditRecord } from './record.ts';
import { syscallName } from './syscalls.ts';

/** An event under the names of SigmaHQ's rules, and what it is to Sigma's general categories. */
export interface AuditView {
  view: Record<string, unknown>;
  logsources: readonly Logsource[];
}

const own: Logsource = { product: 'linux', service: 'auditd' };

/** Values of all records by name; one that differs between records is a list. `type` names all of them. */
export function viewOf(event: AuditEvent): AuditView {
  const { records } = event;
  const lists = new Map<string, Set<string>>();
  const add = (name: string, value: string): void => {
    const held = lists.get(name);
    if (held) held.add(value);
    else lists.set(name, new Set([value]));
  };
  for (const record of records) {
    add('type', record.type);
    for (const [name, value] of record.fields) add(name, value);
    if (record.type === 'EXECVE') for (const [name, value] of wholeArguments(record)) add(name, value);
  }
  const call = callOf(recordOf(records, 'SYSCALL'));
  if (call !== undefined) add('SYSCALL', call);
  for (const key of lists.get('key') ?? []) for (const part of key.split(',')) if (part !== key) add('key', part);
  const view: Record<string, unknown> = Object.create(null);
  for (const [name, values] of lists) view[name] = values.size === 1 ? [...values][0] : [...values];
  if (event.node !== undefined) view['node'] = event.node;
  const categories = [processOf(records, call, view), ...filesOf(records, view), connectionOf(records, call, view)];
  const named = categories.filter((category) => category !== undefined);
  const logsources = named.length === 0 ? [own] : named.map((category) => ({ ...own, category }));
  return { view: { ...view }, logsources };
}

export const recordOf = (records: readonly AuditRecord[], type: string): AuditRecord | undefined =>
  records.find((record) => record.type === type);

/** The name of the system call: auditd's own, or by its number. */
export function callOf(record: AuditRecord | undefined): string | undefined {
  const name = record?.fields.get('SYSCALL');
  if (name !== undefined) return name;
  return syscallName(record?.fields.get('arch') ?? '', record?.fields.get('syscall') ?? '');
}

/** A long argument comes in pieces `a1[0]`, `a1[1]`, …, over several records. */
function wholeArguments({ fields }: AuditRecord): Map<string, string> {
  const whole = new Map<string, string>();
  for (const [name, value] of fields) {
    const bare = /^(a\d{1,4})\[\d{1,4}\]$/.exec(name)?.[1];
    if (bare !== undefined) whole.set(bare, `${whole.get(bare) ?? ''}${value}`);
  }
  return whole;
}

/** The command line: the arguments in order, else the title that the process gave itself. */
export function commandLineOf(records: readonly AuditRecord[]): string | undefined {
  const execve = records.filter(({ type }) => type === 'EXECVE');
  const known = execve[0]?.fields.get('cmdline');
  if (known !== undefined) return known;
  const parts: string[] = [];
  for (const { fields } of execve)
    for (const [name, value] of fields) if (/^a\d{1,4}(?:\[\d{1,4}\])?$/.test(name)) parts.push(value);
  if (parts.length > 0) return parts.join(' ');
  const title = recordOf(records, 'PROCTITLE')?.fields.get('proctitle');
  return isNothing(title) ? undefined : title;
}

/** A process that was made: Image, CommandLine and the rest under the names of Sysmon. */
function processOf(
  records: readonly AuditRecord[],
  call: string | undefined,
  view: Record<string, unknown>,
): string | undefined {
  const syscall = recordOf(records, 'SYSCALL')?.fields;
  const exe = syscall?.get('exe') ?? recordOf(records, 'EXECVE')?.fields.get('a0');
  if (exe !== undefined && !isNothing(exe)) view['Image'] = exe;
  if (syscall) {
    const uid = syscall.get('uid');
    put(view, 'User', syscall.get('UID') ?? (uid === '0' ? 'root' : uid));
    put(view, 'ProcessId', syscall.get('pid'));
    put(view, 'ParentProcessId', syscall.get('ppid'));
    put(view, 'LogonId', syscall.get('auid'));
    put(view, 'TerminalSessionId', syscall.get('ses'));
  }
  put(view, 'CommandLine', commandLineOf(records));
  put(view, 'CurrentDirectory', recordOf(records, 'CWD')?.fields.get('cwd'));
  const isExec = recordOf(records, 'EXECVE') !== undefined || call === 'execve' || call === 'execveat';
  return isExec && syscall?.get('success') !== 'no' ? 'process_creation' : undefined;
}

const put = (view: Record<string, unknown>, name: string, value: string | undefined): void => {
  if (value !== undefined && !isNothing(value)) view[name] = value;
};

/** Paths that the event made or removed; relative ones below the working directory. */
function filesOf(records: readonly AuditRecord[], view: Record<string, unknown>): string[] {
  if (recordOf(records, 'SYSCALL')?.fields.get('success') === 'no') return [];
  const folder = recordOf(records, 'CWD')?.fields.get('cwd');
  const pathsOf = (nametype: string): string[] =>
    records.flatMap(({ type, fields }) => {
      const name = fields.get('name');
      if (type !== 'PATH' || fields.get('nametype') !== nametype || name === undefined || isNothing(name)) return [];
      return [name.startsWith('/') || folder === undefined ? name : `${folder.replace(/\/$/, '')}/${name}`];
    });
  const [made, removed] = [pathsOf('CREATE'), pathsOf('DELETE')];
  const paths = [...made, ...removed];
  if (paths.length > 0) view['TargetFilename'] = paths.length === 1 ? paths[0] : paths;
  return [...(made.length > 0 ? ['file_event'] : []), ...(removed.length > 0 ? ['file_delete'] : [])];
}

/** The other end of a connection that was made or taken. */
export function peerOf(
  records: readonly AuditRecord[],
  call: string | undefined,
): { ip: string; port: number; initiated: boolean } | undefined {
  if (call !== 'connect' && call !== 'accept' && call !== 'accept4') return undefined;
  const peer = readSockaddr(recordOf(records, 'SOCKADDR')?.fields.get('saddr') ?? '');
  return peer && { ...peer, initiated: call === 'connect' };
}

function connectionOf(
  records: readonly AuditRecord[],
  call: string | undefined,
  view: Record<string, unknown>,
): string | undefined {
  const peer = peerOf(records, call);
  if (!peer) return undefined;
  view['Initiated'] = String(peer.initiated);
  const end = peer.initiated ? 'Destination' : 'Source';
  view[`${end}Ip`] = peer.ip;
  view[`${end}Port`] = peer.port;
  return 'network_connection';
}
