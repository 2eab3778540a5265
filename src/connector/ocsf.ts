import { isRecord } from './records/json-record.ts';
import { valueAt } from './records/value-at.ts';

/** The version of OCSF that every map writes. */
const ocsfVersion = '1.8.0';

type Attributes = Readonly<Record<string, unknown>>;

/** What every OCSF event says of itself. */
export interface OcsfHead {
  classUid: number;
  activityId: number;
  /** 1 informational … 6 fatal; 1 when the product does not tell. */
  severityId: number;
  /** Epoch ms. */
  time: number;
  product: { name: string; vendor_name: string; version?: string };
  /** More of `metadata`: `uid`, `log_name`, `event_code`, `original_time`, … */
  metadata?: Attributes;
  /** The line as it came. */
  rawData: string;
}

/**
 * One OCSF 1.8.0 event: the base attributes, the given ones without those that are undefined or empty,
 * the observables found at the usual places, and `unmapped` when something is left over.
 */
export function ocsfEvent(head: OcsfHead, attributes: Attributes, unmapped: Attributes): Record<string, unknown> {
  const body = withoutEmpty(attributes);
  const observables = observablesOf(body);
  return {
    ...body,
    activity_id: head.activityId,
    category_uid: Math.floor(head.classUid / 1_000),
    class_uid: head.classUid,
    type_uid: head.classUid * 100 + head.activityId,
    severity_id: head.severityId,
    time: head.time,
    metadata: { version: ocsfVersion, product: head.product, ...withoutEmpty(head.metadata ?? {}) },
    ...(observables.length > 0 ? { observables } : {}),
    raw_data: head.rawData,
    ...(Object.keys(unmapped).length > 0 ? { unmapped } : {}),
  };
}

/** The record without undefined, null, empty text, empty lists and empty objects, at every depth. */
function withoutEmpty(record: Attributes): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(record)) {
    const clean = cleanValue(value);
    if (clean !== undefined) kept.push([name, clean]);
  }
  return Object.fromEntries(kept);
}

function cleanValue(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) {
    const list = value.map(cleanValue).filter((part) => part !== undefined);
    return list.length > 0 ? list : undefined;
  }
  if (!isRecord(value)) return value;
  const clean = withoutEmpty(value);
  return Object.keys(clean).length > 0 ? clean : undefined;
}

/** Where values stand that somebody pivots on, with the OCSF observable type_id. */
const observablePlaces: readonly (readonly [path: string, typeId: number])[] = [
  ['src_endpoint.ip', 2],
  ['dst_endpoint.ip', 2],
  ['src_endpoint.hostname', 1],
  ['dst_endpoint.hostname', 1],
  ['device.hostname', 1],
  ['user.name', 4],
  ['actor.user.name', 4],
  ['http_request.url.url_string', 6],
  ['http_request.user_agent', 16],
  ['query.hostname', 1],
  ['tls.sni', 1],
  ['process.file.path', 45],
  ['process.cmd_line', 13],
  ['actor.process.file.path', 45],
  ['file.path', 45],
];

function observablesOf(body: Attributes): { name: string; type_id: number; value: string }[] {
  return observablePlaces.flatMap(([name, typeId]) => {
    const value = valueAt(body, ...name.split('.'));
    return typeof value === 'string' ? [{ name, type_id: typeId, value }] : [];
  });
}

/**
 * A record that remembers which of its fields found a place in OCSF, so that none vanishes:
 * what nobody took is `rest()`.
 */
export interface Fields {
  /** The value at the path, taken. */
  value(...path: string[]): unknown;
  /** The same as text: numbers and booleans are written out; undefined for anything else and for ''. */
  text(...path: string[]): string | undefined;
  /** The same as an integer, from a number or decimal or 0x text. A value that is none stays in the rest. */
  integer(...path: string[]): number | undefined;
  /** The same as a port, 0 to 65535. */
  port(...path: string[]): number | undefined;
  /** What was not taken, for `unmapped`. */
  rest(): Record<string, unknown>;
}

export function fieldsOf(record: Attributes): Fields {
  const taken = new Set<string>();
  const find = (path: readonly string[]): unknown => valueAt(record, ...path);
  const take = <V>(path: readonly string[], value: V): V => {
    if (value !== undefined) taken.add(path.join('\0'));
    return value;
  };
  return {
    value: (...path) => take(path, find(path)),
    text: (...path) => take(path, textOf(find(path))),
    integer: (...path) => take(path, integerOf(find(path))),
    port: (...path) => take(path, portOf(find(path))),
    rest: () => restOf(record, '', taken),
  };
}

function portOf(value: unknown): number | undefined {
  const port = integerOf(value);
  return port !== undefined && port >= 0 && port <= 65_535 ? port : undefined;
}

function restOf(record: Attributes, prefix: string, taken: ReadonlySet<string>): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(record)) {
    if (taken.has(prefix + name)) continue;
    if (!isRecord(value)) kept.push([name, value]);
    else {
      const left = restOf(value, `${prefix}${name}\0`, taken);
      if (Object.keys(left).length > 0 || Object.keys(value).length === 0) kept.push([name, left]);
    }
  }
  return Object.fromEntries(kept);
}

/** A scalar as text; undefined for '' and for anything that is no scalar. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A whole number, also from decimal or 0x text. */
export function integerOf(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^(?:-?\d{1,15}|0x[0-9a-fA-F]{1,12})$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
