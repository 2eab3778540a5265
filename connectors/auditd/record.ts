/** One record of an audit event: a line of auditd's log. */
export interface AuditRecord {
  /** `SYSCALL`, `EXECVE`, `PATH`, … */
  type: string;
  /** Values as they are meant: quotes gone, hexadecimal text decoded; those inside of `msg='…'` among them. */
  fields: ReadonlyMap<string, string>;
}

/** What stands before the fields of a record. */
export interface RecordHead {
  type: string;
  /** `seconds.milliseconds:serial`: the same in all records of one event. */
  id: string;
  /** Epoch seconds as text. */
  time: string;
  node?: string;
  /** Where the fields begin. */
  end: number;
}

const headPattern =
  /(?:^|[\s:])(?:node=(\S{1,256}) )?type=([A-Z][A-Z0-9_]{1,63}) (?:msg=)?audit\((\d{1,11}\.\d{3}):(\d{1,20})\):?/;
/** A syslog header may stand before it, but no text of a remote party. */
const longestHead = 512;

export function readHead(line: string): RecordHead | undefined {
  const match = headPattern.exec(line.slice(0, longestHead));
  if (!match) return undefined;
  const [whole, node, type = '', time = '', serial = ''] = match;
  const head = { type, time, id: `${time}:${serial}`, end: match.index + whole.length };
  return node === undefined ? head : { ...head, node };
}

/** Values that a process can choose: the kernel writes them in quotes, or as hexadecimal when they hold odd characters. */
const chosen = /^(?:name|exe|comm|cwd|proctitle|cmd|data|acct|key|path|unit|terminal|a\d{1,4}(?:\[\d{1,4}\])?)$/;
const mostFields = 8_192;

/** The fields of a record. The first of two equal names counts; those of the user's `msg='…'` stand beside the rest. */
export function readFields(type: string, text: string): AuditRecord['fields'] {
  return readPairs(type, text.replaceAll(enrichment, ' '));
}

/** Stands between a record and auditd's own names for its numbers. */
const enrichment = '\u001d';

function readPairs(type: string, text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let at = 0;
  const token = /([A-Za-z_][\w-]{0,63}(?:\[\d{1,4}\])?)=(?:"([^"]*)"|'([^']*)'|(\S*))/y;
  while (at < text.length && fields.size < mostFields) {
    const code = text.charCodeAt(at);
    if (code <= 32) {
      at += 1;
      continue;
    }
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) {
      const next = text.indexOf(' ', at);
      at = next < 0 ? text.length : next + 1;
      continue;
    }
    at += match[0].length;
    const [, name = '', quoted, message, bare] = match;
    if (message !== undefined && name === 'msg') {
      for (const [inner, value] of readPairs(type, message)) if (!fields.has(inner)) fields.set(inner, value);
    } else if (!fields.has(name)) fields.set(name, quoted ?? message ?? decoded(type, name, bare ?? ''));
  }
  return fields;
}

/** Arguments of SYSCALL are numbers, not text; `(null)` and `?` say that there is nothing. */
function decoded(type: string, name: string, bare: string): string {
  if (!chosen.test(name) || (/^a\d/.test(name) && type !== 'EXECVE')) return bare;
  if (bare.length < 2 || bare.length % 2 === 1 || !/^[0-9A-Fa-f]+$/.test(bare)) return bare;
  const text = Buffer.from(bare, 'hex').toString('utf8');
  // Arguments of a title are separated by NUL, several keys by 0x01.
  return text.replaceAll('\0', ' ').replaceAll('\u0001', ',').trimEnd();
}

/** Whether a value says that there is none. */
export const isNothing = (value: string | undefined): boolean =>
  value === undefined || value === '' || value === '?' || value === '(null)' || value === '(none)';

/** The address and port in a SOCKADDR's `saddr`: the bytes of a sockaddr_in or sockaddr_in6. */
export function readSockaddr(saddr: string): { ip: string; port: number } | undefined {
  if (saddr.length > 512 || !/^(?:[0-9A-Fa-f]{2})+$/.test(saddr)) return undefined;
  const bytes = Buffer.from(saddr, 'hex');
  const family = bytes.length >= 2 ? bytes.readUInt16LE(0) : 0;
  if (family === 2 && bytes.length >= 8)
    return { port: bytes.readUInt16BE(2), ip: [...bytes.subarray(4, 8)].join('.') };
  if (family !== 10 || bytes.length < 24) return undefined;
  const words = Array.from({ length: 8 }, (_none, at) => bytes.readUInt16BE(8 + at * 2).toString(16));
  return { port: bytes.readUInt16BE(2), ip: words.join(':') };
}
