import {
  epochTime,
  isTrustedProxy,
  subjectList,
  readJsonRecord,
  readSyslogHeader,
  recordTime,
  textOf,
} from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext, ReadEvent, SyslogHeader } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { authenticationOf, isAuthentication } from './map/authentication.ts';
import { sshActivityOf } from './map/ssh-activity.ts';
import { readSshdMessage, type SshdMessage } from './message.ts';

const logsources: readonly Logsource[] = [
  { product: 'linux', service: 'sshd' },
  { product: 'linux', service: 'auth' },
];

/** OpenSSH 9.8 split the daemon; distributions also run it as `sshd-auth` (10.0) and tag PAM's lines `sshd(pam_unix)`. */
const programPattern = /^sshd(?:-session|-auth)?(?:\(pam_\w{1,32}\))?$/;

/** rsyslog's reduction of equal lines; N counts the ones that are not written out. */
const repeatedPattern = /^\s?message repeated (\d{1,6}) times: \[ /;

function readRepeat(message: string): { message: string; count?: number } {
  const match = repeatedPattern.exec(message.slice(0, 64));
  if (!match || !message.endsWith(']')) return { message };
  return { message: message.slice(match[0].length, -1), count: Math.max(1, Number(match[1])) };
}

/** journalctl -o json. `_COMM` is set by the journal itself, so a line that another program logged as "sshd" is none. */
function readJournal(line: string, context: ReadContext): SyslogHeader | undefined {
  const record = readJsonRecord(line);
  const message = record?.['MESSAGE'];
  if (!record || typeof message !== 'string') return undefined;
  const app = textOf(record['_COMM']) ?? textOf(record['SYSLOG_IDENTIFIER']);
  if (app === undefined) return undefined;
  const time =
    epochTime(record['_SOURCE_REALTIME_TIMESTAMP']) ??
    epochTime(record['__REALTIME_TIMESTAMP']) ??
    recordTime(record['@timestamp'], context);
  const host = textOf(record['_HOSTNAME']);
  const procid = textOf(record['_PID']) ?? textOf(record['SYSLOG_PID']);
  return {
    message,
    app,
    ...(time === undefined ? {} : { time }),
    ...(host === undefined ? {} : { host }),
    ...(procid === undefined ? {} : { procid }),
  };
}

function readHeader(line: string, context: ReadContext): SyslogHeader | undefined {
  const header = line.startsWith('{') ? readJournal(line, context) : readSyslogHeader(line, context);
  return header?.app !== undefined && programPattern.test(header.app) ? header : undefined;
}

function viewOf(header: SyslogHeader, read: SshdMessage, count: number | undefined): Record<string, unknown> {
  const view: Record<string, unknown> = { event: read.event, message: header.message };
  const put = (name: string, value: unknown): void => {
    if (value !== undefined) view[name] = value;
  };
  put('host', header.host);
  put('program', header.app);
  put('pid', header.procid);
  put('src_ip', read.srcIp);
  put('src_port', read.srcPort);
  put('src_host', read.srcHost);
  put('user', read.user);
  put('valid_user', read.validUser);
  put('auth_method', read.authMethod);
  put('key', read.key);
  put('reason', read.reason);
  put('failures', read.failures);
  put('repeat', count);
  put('ambiguous', read.ambiguous);
  return view;
}

function subjectsOf(header: SyslogHeader, read: SshdMessage, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', read.srcIp, 'actor', 'src_ip', 'anchored');
  list.add('user', read.user, 'target', 'user', 'free');
  list.add('host', header.host, 'victim', 'host', 'anchored');
  return list.subjects;
}

function logonOf(read: SshdMessage, context: ReadContext): ReadEvent['logon'] {
  if (!read.event.startsWith('accepted_') || read.srcIp === undefined || !read.user) return undefined;
  return isTrustedProxy(read.srcIp, context) ? undefined : { address: read.srcIp, user: read.user };
}

/** sshd in auth.log, syslog of either RFC, and the journal as text or JSON. */
export const sshd: Format = {
  name: 'sshd',
  title: 'OpenSSH server (auth.log, syslog, journal)',
  feeds: logsources,
  recognise(line) {
    const head = line.slice(0, 2_048);
    if (!head.includes('sshd')) return 0;
    return readHeader(line, recognising) ? 2 : 0;
  },
  read(line, context) {
    const header = readHeader(line, context);
    if (!header) return undefined;
    const { message, count } = readRepeat(header.message);
    const read = readSshdMessage(message);
    const view = viewOf(header, read, count);
    const logon = logonOf(read, context);
    const event: ReadEvent = {
      ...(header.time === undefined ? {} : { time: header.time }),
      ...(count === undefined ? {} : { count }),
      logsources,
      view,
      subjects: subjectsOf(header, read, context),
      ...(logon === undefined ? {} : { logon }),
      toOcsf() {
        const time = header.time ?? context.receivedAt;
        return isAuthentication(read) ? authenticationOf(view, time, line) : sshActivityOf(view, time, line);
      },
    };
    return event;
  },
};

const recognising: ReadContext = { receivedAt: 0, timeZone: '', channelTrust: 'unauthenticated', trustedProxies: [] };
