import { canonicalAddress } from '../../src/base/address.ts';

/** A line of an IIS log in W3C form, by the names of its columns; `-` is absent. */
export type IisLine = Readonly<Record<string, string>>;

const first = 'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip';
const last = 'sc-status sc-substatus sc-win32-status time-taken';
/** IIS' own choice of columns: since 8.5, 7 to 8, and 6. A file's header tells them too, but not each line. */
const layouts: readonly (readonly string[])[] = [
  `${first} cs-user-agent cs-referer ${last}`,
  `${first} cs-user-agent ${last}`,
  `date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs-user-agent cs-cookie cs-referer cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken`,
].map((columns) => columns.split(' '));
const mostColumns = 24;

/**
 * Reads one line by the default columns; undefined for anything else, the header too. IIS writes blanks inside of values
 * as `+`, so that text of a client moves no column.
 */
export function readIisLine(line: string): IisLine | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} /.test(line.slice(0, 20))) return undefined;
  const values = line.trimEnd().split(' ', mostColumns);
  const columns = layouts.find((layout) => layout.length === values.length);
  if (!columns) return undefined;
  const entries = columns.map((column, at): [string, string] => [column, values[at] ?? '-']);
  const read = Object.fromEntries(entries.filter(([, value]) => value !== '-'));
  const isIis =
    /^[A-Za-z][A-Za-z_-]{0,31}$/.test(read['cs-method'] ?? '') &&
    /^\d{3}$/.test(read['sc-status'] ?? '') &&
    canonicalAddress(read['c-ip'] ?? '') !== undefined &&
    (read['cs-uri-stem'] ?? '/').startsWith('/');
  return isIis ? read : undefined;
}
