import { isoTime, epochTime, syslogTime, type TimeContext } from './event-time.ts';

/** What stands before the message of a syslog or journal line. Only the message can hold text of a remote party. */
export interface SyslogHeader {
  /** RFC 5424 §6.2.1; absent in files, which seldom keep it. */
  facility?: number;
  severity?: number;
  /** Epoch ms. */
  time?: number;
  host?: string;
  /** The program: RFC 5424 APP-NAME, or the tag of RFC 3164. */
  app?: string;
  procid?: string;
  msgid?: string;
  /** Structured data by SD-ID; parameters of it unescaped. */
  structuredData?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  message: string;
}

type Draft = { -readonly [K in keyof SyslogHeader]: SyslogHeader[K] };

const rfc3164Pattern = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))? /;
const isoPattern =
  /^(?:[A-Z][a-z]{2} )?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)(?: (UTC))? /;
const epochPattern = /^(\d{9,11}\.\d{1,9}) /;
/** The longest time that any of the patterns takes; they never look at more. */
const longestTime = 64;

/**
 * Reads the header of one line: RFC 5424, RFC 3164 with and without year or priority, the ISO times that today's
 * distributions write, and the journal's `short`, `short-iso`, `short-full` and `short-unix`.
 * One line is one event: a line break inside stays in the message.
 * @returns undefined when the line does not begin like any of them
 */
export function readSyslogHeader(line: string, context: TimeContext): SyslogHeader | undefined {
  const draft: Draft = { message: '' };
  const priority = /^<(\d{1,3})>/.exec(line.slice(0, 5));
  let rest = line;
  if (priority) {
    const value = Number(priority[1]);
    if (value > 191) return undefined;
    draft.facility = value >> 3;
    draft.severity = value & 7;
    rest = line.slice(priority[0].length);
    if (rest.startsWith('1 ')) return readRfc5424(rest.slice(2), draft, context);
  }
  const used = readTime(rest, draft, context);
  if (used === undefined) return undefined;
  return readTag(rest.slice(used), draft);
}

/** Puts the time into the draft; the count of characters that it took, with the blank after it. */
function readTime(rest: string, draft: Draft, context: TimeContext): number | undefined {
  const head = rest.slice(0, longestTime);
  const old = rfc3164Pattern.exec(head);
  const iso = old ? undefined : isoPattern.exec(head);
  const epoch = old || iso ? undefined : epochPattern.exec(head);
  const match = old ?? iso ?? epoch;
  if (!match) return undefined;
  const [, first = ''] = match;
  const year = match[3] === undefined ? undefined : Number(match[3]);
  const time = old
    ? syslogTime(first, Number(match[2]), match.slice(4, 8), year, context)
    : iso
      ? isoTime(first + (match[2] ?? ''), context)
      : epochTime(first);
  if (time !== undefined) draft.time = time;
  return match[0].length;
}

const tagPattern = /^([^\s:[\]]{1,256})(?:\[([^\][\s]{0,128})\])?: ?/;

/** `host tag[pid]: message`. Without a tag the whole rest is message. */
function readTag(rest: string, draft: Draft): SyslogHeader {
  const blank = rest.indexOf(' ');
  if (blank < 1) {
    draft.message = rest;
    return draft;
  }
  draft.host = rest.slice(0, blank);
  const body = rest.slice(blank + 1);
  const tag = tagPattern.exec(body.slice(0, 400));
  if (!tag) {
    draft.message = body;
    return draft;
  }
  draft.app = tag[1] ?? '';
  if (tag[2]) draft.procid = tag[2];
  draft.message = body.slice(tag[0].length);
  return draft;
}

/** RFC 5424 §6 after `VERSION SP`: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]. */
function readRfc5424(rest: string, draft: Draft, context: TimeContext): SyslogHeader | undefined {
  const fields: string[] = [];
  let at = 0;
  for (let index = 0; index < 5; index += 1) {
    const blank = rest.indexOf(' ', at);
    if (blank < 0) return undefined;
    fields.push(rest.slice(at, blank));
    at = blank + 1;
  }
  const [timestamp = '-', host = '-', app = '-', procid = '-', msgid = '-'] = fields;
  const time = timestamp === '-' ? undefined : isoTime(timestamp, context);
  if (time === undefined && timestamp !== '-') return undefined;
  if (time !== undefined) draft.time = time;
  if (host !== '-') draft.host = host;
  if (app !== '-') draft.app = app;
  if (procid !== '-') draft.procid = procid;
  if (msgid !== '-') draft.msgid = msgid;
  const end = readStructuredData(rest, at, draft);
  if (end === undefined || (end < rest.length && rest[end] !== ' ')) return undefined;
  const message = rest.slice(end + 1);
  // MSG-UTF8 begins with a byte order mark (§6.4).
  draft.message = message.startsWith('\uFEFF') ? message.slice(1) : message;
  return draft;
}

/** The index after the structured data, or undefined when it is torn. */
function readStructuredData(text: string, from: number, draft: Draft): number | undefined {
  if (text[from] === '-') return from + 1;
  const elements: [string, Record<string, string>][] = [];
  let at = from;
  while (text[at] === '[') {
    const id = /[^\s="\]]{1,32}/y;
    id.lastIndex = at + 1;
    const name = id.exec(text)?.[0];
    if (name === undefined) return undefined;
    at += 1 + name.length;
    const parameters: [string, string][] = [];
    while (text[at] === ' ') {
      const equals = text.indexOf('="', at);
      if (equals < 0 || equals - at > 64) return undefined;
      const key = text.slice(at + 1, equals);
      const value = readQuoted(text, equals + 2);
      if (value === undefined) return undefined;
      parameters.push([key, value.text]);
      at = value.end;
    }
    if (text[at] !== ']') return undefined;
    at += 1;
    elements.push([name, Object.fromEntries(parameters)]);
  }
  if (elements.length === 0) return undefined;
  draft.structuredData = Object.fromEntries(elements);
  return at;
}

/** §6.3.3: inside a value `"`, `\` and `]` are escaped by `\`; a backslash before anything else is itself. */
function readQuoted(text: string, from: number): { text: string; end: number } | undefined {
  let plain = '';
  let start = from;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') return { text: plain + text.slice(start, at), end: at + 1 };
    if (character === '\\' && /["\\\]]/.test(text[at + 1] ?? '')) {
      plain += text.slice(start, at);
      start = at + 1;
      at += 1;
    }
  }
  return undefined;
}
