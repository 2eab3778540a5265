import { canonicalAddress } from '../../src/base/address.ts';

/** One line of an access log, in the fields as they stand between their marks. */
export interface AccessLine {
  /** The peer of the connection: an address, or a name where the server looks names up. */
  client: string;
  /** `example.org:443` of Apache's vhost formats. */
  virtualHost?: string;
  user?: string;
  timeText: string;
  request: string;
  status: number;
  bytes?: number;
  referer?: string;
  userAgent?: string;
  /** Quoted fields after the user agent, as nginx's "main" has one with X-Forwarded-For. */
  more: readonly string[];
}

type Draft = { -readonly [K in keyof AccessLine]: AccessLine[K] };

/** `[22/Dec/2016:15:19:05 +0300] ` is always as long. */
const timeLength = 29;
const timeMark = /^\[(\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] $/;
const mostFields = 16;

const isAddress = (text: string): boolean => canonicalAddress(text) !== undefined;

/** The index of the next quote that no backslash escapes, or -1. */
function quoteAt(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at += 1;
  }
  return -1;
}

/**
 * Reads Apache's common, combined and vhost formats and nginx's combined and main.
 * Both servers escape quotes inside of fields, so the first bare quote opens the request, the time stands right before
 * it, and the peer is the first word: text of the client (identd, user, path, referer, agent) can move none of them.
 */
export function readAccessLine(line: string): AccessLine | undefined {
  const open = quoteAt(line, 0);
  if (open < timeLength) return undefined;
  const timeText = timeMark.exec(line.slice(open - timeLength, open))?.[1];
  if (timeText === undefined) return undefined;
  const close = quoteAt(line, open + 1);
  if (close < 0) return undefined;
  const numbers = /^ (\d{3}) (\d{1,15}|-)(?= |$)/.exec(line.slice(close + 1, close + 24));
  const who = readWho(line.slice(0, open - timeLength));
  if (!numbers || !who) return undefined;
  const quoted = readQuoted(line, close + 1 + numbers[0].length);
  const draft: Draft = {
    ...who,
    timeText,
    request: unescape(line.slice(open + 1, close)),
    status: Number(numbers[1]),
    more: quoted.slice(2),
  };
  if (numbers[2] !== '-') draft.bytes = Number(numbers[2]);
  const [referer, userAgent] = quoted;
  if (referer !== undefined && referer !== '-') draft.referer = referer;
  if (userAgent !== undefined && userAgent !== '-') draft.userAgent = userAgent;
  return draft;
}

/** `[VHOST:PORT ]CLIENT IDENT USER `; the user may hold blanks. */
function readWho(text: string): Pick<AccessLine, 'client'> | undefined {
  const words = text.split(' ', 3);
  const [first = '', second = ''] = words;
  // Only a name with a port is a virtual host: a bare name may be the peer's, looked up, with identd's answer behind it.
  const hasHost = !isAddress(first) && /^[^\s:]{1,255}:\d{1,5}$/.test(first) && isAddress(second);
  const client = hasHost ? second : first;
  let rest = text.slice((hasHost ? first.length + 1 : 0) + client.length);
  if (client === '' || !rest.startsWith(' ') || !rest.endsWith(' ')) return undefined;
  rest = rest.slice(1, -1);
  const blank = rest.indexOf(' ');
  if (blank < 0) return undefined;
  const user = rest.slice(blank + 1);
  const who: { client: string; virtualHost?: string; user?: string } = { client };
  if (hasHost) who.virtualHost = first;
  if (user !== '-' && user !== '') who.user = unescape(user);
  return who;
}

/** The quoted fields from here to the end; bare ones between them (times, upstreams) are passed over. */
function readQuoted(line: string, from: number): string[] {
  const fields: string[] = [];
  let open = quoteAt(line, from);
  while (open >= 0 && fields.length < mostFields) {
    const close = quoteAt(line, open + 1);
    if (close < 0) break;
    fields.push(unescape(line.slice(open + 1, close)));
    open = quoteAt(line, close + 1);
  }
  return fields;
}

const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', v: '\v', f: '\f' };

/** Undoes both servers' escapes: `\xHH` as UTF-8 bytes, `\"`, `\\` and the letters of C. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/(?:\\x[0-9a-fA-F]{2})+|\\[^x]/gs, (escape) =>
    escape[1] === 'x'
      ? Buffer.from(escape.replaceAll('\\x', ''), 'hex').toString('utf8')
      : (letters[escape[1] ?? ''] ?? escape.slice(1)),
  );
}
