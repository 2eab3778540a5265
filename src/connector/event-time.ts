/** Times as logs write them, read as epoch ms. What is no time, or none that makes sense, is undefined. */

/** What a time that is not complete needs to be settled. */
export interface TimeContext {
  /** Epoch ms at which the line arrived. */
  receivedAt: number;
  /** IANA zone for times that name none. Empty or unknown to the platform: UTC. */
  timeZone: string;
}

const dayMs = 86_400_000;
const latestMs = Date.UTC(2200, 0, 1);
const months: Readonly<Record<string, number>> = {
  Jan: 0,
  Feb: 1,
  Mar: 2,
  Apr: 3,
  May: 4,
  Jun: 5,
  Jul: 6,
  Aug: 7,
  Sep: 8,
  Oct: 9,
  Nov: 10,
  Dec: 11,
};

const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

function formatterOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (formatters.has(timeZone)) return formatters.get(timeZone);
  let formatter: Intl.DateTimeFormat | undefined;
  try {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    formatter = undefined;
  }
  formatters.set(timeZone, formatter);
  return formatter;
}

const offsets = new Map<string, Map<number, number>>();
const quarterMs = 900_000;

/** What the zone adds to UTC at that instant, in ms. Zones change on quarters of an hour, so a quarter is asked once. */
function offsetAt(timeZone: string, atMs: number): number {
  let known = offsets.get(timeZone);
  if (!known || known.size > 20_000) offsets.set(timeZone, (known = new Map()));
  const quarter = Math.floor(atMs / quarterMs);
  const cached = known.get(quarter);
  if (cached !== undefined) return cached;
  const text = formatterOf(timeZone)?.format(quarter * quarterMs) ?? '';
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  const size = (Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1_000;
  const offset = sign === '-' ? -size : size;
  known.set(quarter, offset);
  return offset;
}

/**
 * The instant of a clock on the wall. In the hour that a zone repeats, the reading nearest to the arrival;
 * in the hour that it leaves out, the offset from before.
 * @param wallMs the reading as if it were UTC
 */
function instantOf(wallMs: number, { timeZone, receivedAt }: TimeContext): number {
  if (timeZone === '' || timeZone === 'UTC') return wallMs;
  const before = offsetAt(timeZone, wallMs - dayMs);
  const after = offsetAt(timeZone, wallMs + dayMs);
  if (before === after) return wallMs - before;
  const early = wallMs - Math.max(before, after);
  const late = wallMs - Math.min(before, after);
  const holds = [early, late].filter((at) => wallMs - offsetAt(timeZone, at) === at);
  const [first, second] = holds;
  if (first === undefined) return wallMs - before;
  if (second === undefined) return first;
  return Math.abs(second - receivedAt) < Math.abs(first - receivedAt) ? second : first;
}

/** Milliseconds of 1 to 9 fractional digits; the rest is cut, not rounded, so that no event moves into the future. */
function fractionMs(digits: string | undefined): number {
  return digits ? Number(digits.slice(0, 3).padEnd(3, '0')) : 0;
}

/** The wall reading as if it were UTC; undefined for a day or hour that does not exist. A leap second is the next second. */
function wallOf(year: number, month: number, day: number, clock: readonly (string | undefined)[]): number | undefined {
  const [hour, minute, second] = [Number(clock[0]), Number(clock[1]), Number(clock[2] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const midnight = Date.UTC(year, month, day);
  if (new Date(midnight).getUTCMonth() !== month || day < 1) return undefined;
  return midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + fractionMs(clock[3]);
}

function offsetOf(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (!hours || Number(hours) > 18 || Number(minutes ?? 0) > 59) return undefined;
  const size = (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -size : size;
}

const isoPattern =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?([Zz]|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/;

/** ISO 8601 and RFC 3339 with up to nine fractional digits, with `T` or a blank; without an offset it is the source's zone. */
export function isoTime(text: string, context: TimeContext): number | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const wall = wallOf(Number(match[1]), Number(match[2]) - 1, Number(match[3]), match.slice(4, 8));
  if (wall === undefined) return undefined;
  const zone = match[8];
  if (zone === undefined) return instantOf(wall, context);
  const offset = zone === 'UTC' ? 0 : offsetOf(zone);
  return offset === undefined ? undefined : wall - offset;
}

/** `22/Dec/2016:15:19:05 +0300`, as web servers write it. */
export function accessTime(text: string): number | undefined {
  const match = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})$/.exec(text);
  const month = months[match?.[2] ?? ''];
  if (!match || month === undefined) return undefined;
  const wall = wallOf(Number(match[3]), month, Number(match[1]), match.slice(4, 7));
  const offset = offsetOf(match[7] ?? '');
  return wall === undefined || offset === undefined ? undefined : wall - offset;
}

/**
 * `Dec 31 23:59:59[.fraction]` of RFC 3164. A missing year is the latest one that does not lie more than a day
 * after the arrival: December lines that arrive in January belong to the old year.
 */
export function syslogTime(
  month: string,
  day: number,
  clock: readonly (string | undefined)[],
  year: number | undefined,
  context: TimeContext,
): number | undefined {
  const monthIndex = months[month];
  if (monthIndex === undefined) return undefined;
  const at = (of: number): number | undefined => {
    const wall = wallOf(of, monthIndex, day, clock);
    return wall === undefined ? undefined : instantOf(wall, context);
  };
  if (year !== undefined) return at(year);
  const arrivalYear = new Date(context.receivedAt + dayMs).getUTCFullYear() + 1;
  // 29 February may lie eight years back (1896 to 1904), so nine years are tried.
  for (let candidate = arrivalYear; candidate > arrivalYear - 10; candidate -= 1) {
    const time = at(candidate);
    if (time !== undefined && time <= context.receivedAt + dayMs) return time;
  }
  return undefined;
}

/** Epoch seconds, ms, µs or ns, told apart by size, as a number or as decimal text. Undefined beyond the year 2200. */
export function epochTime(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d{1,20}(?:\.\d{1,12})?$/.test(value)) return undefined;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const number = Number(value);
  if (!(number > 0)) return undefined;
  const perMs = number < 1e11 ? 1e-3 : number < 1e14 ? 1 : number < 1e17 ? 1e3 : 1e6;
  const ms = Math.floor(perMs === 1e-3 ? Math.round(number * 1e6) / 1e3 : number / perMs);
  return ms < latestMs ? ms : undefined;
}

/** A time of a structured record: ISO text, or an epoch number. */
export function recordTime(value: unknown, context: TimeContext): number | undefined {
  if (typeof value === 'string') return isoTime(value, context) ?? epochTime(value);
  return epochTime(value);
}

/** The same of a log that is in UTC where it says no zone, whatever the source's. */
export function utcTime(value: unknown): number | undefined {
  return recordTime(value, { receivedAt: 0, timeZone: '' });
}
