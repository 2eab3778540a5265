import type { Value, Values } from './raw-record.ts';

const categories: Readonly<Record<string, number>> = { process_creation: 1, network_connection: 3, file_event: 11 };

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Sysmon for Linux. */
export function sysmonXml(logsource: string, fields: Values): string {
  const eventId = categories[logsource.split('/')[1] ?? ''] ?? 0;
  const data = [...fields].map(([name, value]) => `<Data Name="${name}">${escaped(String(value))}</Data>`).join('');
  const system = `<EventID>${eventId}</EventID><Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer>`;
  return `<Event><System>${system}</System><EventData>${data}</EventData></Event>`;
}

const inHex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();
const auditValue = (value: Value): string => (/["\s]/.test(String(value)) ? inHex(String(value)) : `"${value}"`);

/** One record of auditd, of the type that the rule names. */
export function auditdText(fields: Values, keywords: readonly Value[]): string {
  const type = String(fields.get('type') ?? 'EXECVE').toUpperCase();
  const others = [...fields].filter(([name]) => name !== 'type').map(([name, value]) => `${name}=${auditValue(value)}`);
  const words = keywords.map((word, at) => `a${40 + at}=${auditValue(word)}`);
  return `type=${type} msg=audit(1795000000.123:77): ${[...others, ...words].join(' ')}`;
}

/** A line of a web server's access log. */
export function webLine(fields: Values, keywords: readonly Value[]): string {
  const text = (name: string, otherwise: string): string => String(fields.get(name) ?? otherwise);
  const stem = text('cs-uri-stem', '/');
  const asked = text('cs-uri-query', '');
  // What begins like a path is one.
  if (asked.startsWith('/') && !fields.has('cs-uri-stem'))
    return webLine(new Map([...fields, ['cs-uri-stem', asked], ['cs-uri-query', '']]), keywords);
  const query = [asked, ...keywords.map(String)].filter(Boolean).join('&');
  const quoted = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const request = `${text('cs-method', 'GET')} ${text('cs-uri', `${stem}${query === '' ? '' : `?${query}`}`)} HTTP/1.1`;
  const rest = `${text('sc-status', '200')} 5 "${quoted(text('cs-referer', '-'))}" "${quoted(text('cs-user-agent', '-'))}"`;
  return `192.0.2.1 - ${text('cs-username', '-')} [20/Nov/2026:10:00:00 +0000] "${quoted(request)}" ${rest}`;
}
