import { canonicalAddress, canonicalRange, familyOf } from '../base/address.ts';
import { defineErrors } from '../base/errors.ts';
import type { Denial, EnforcementLevel, HeldDenial } from './enforcer.ts';

/** What the server tells an enforcer. One JSON object a line; `seq` comes back in the answer. */
export type ToEnforcer =
  /** First line of every connection. An enforcer that knows a higher epoch refuses everything of a lower one. */
  | { type: 'hello'; seq: number; version: 1; epoch: number }
  /** A change: deny these, let go of those. */
  | { type: 'apply'; seq: number; deny: Denial[]; release: string[] }
  /** The whole desired state: what is not in it is let go of. */
  | { type: 'reconcile'; seq: number; deny: Denial[] }
  | { type: 'read'; seq: number };

/** Why an enforcer did not apply a denial. */
export type HoldReason = 'protected' | 'stopped' | 'expired' | 'invalid';

export type FromEnforcer =
  | { type: 'ready'; seq: number; name: string; level: EnforcementLevel; epoch: number }
  /** What was asked is done; `held` is the read-back after it, of these targets (apply) or of all (reconcile, read). */
  | {
      type: 'done';
      seq: number;
      held: HeldDenial[];
      heldBack: { target: string; reason: HoldReason; detail: string }[];
      isStopped: boolean;
      /** How long reading back took, after the change was in force. */
      readMs: number;
    }
  | { type: 'failed'; seq: number; message: string; isFenced: boolean };

/** A line above this length is refused and ends the connection: 20,000 denials fit in it. */
export const maxLineBytes = 8 * 1_024 * 1_024;
const maxDenials = 100_000;

const errors = defineErrors('ENFORCER', {
  BAD_LINE: {
    kind: 'bug',
    message: (detail: string) => `A line of the enforcer's protocol is wrong: ${detail}`,
    fix: 'Server and enforcer must be of the same version: restart both.',
  },
});

type Fields = Record<string, unknown>;

function fieldsOf(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw errors.BAD_LINE(['it is no JSON']);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw errors.BAD_LINE(['it is no object']);
  return value as Fields;
}

function integer(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw errors.BAD_LINE([`"${key}" is no whole number`]);
  return value;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value.length > 4_096) throw errors.BAD_LINE([`"${key}" is no short text`]);
  return value;
}

function flag(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw errors.BAD_LINE([`"${key}" is not true or false`]);
  return value;
}

function list<T>(fields: Fields, key: string, read: (item: unknown) => T): T[] {
  const value = fields[key];
  if (!Array.isArray(value) || value.length > maxDenials) throw errors.BAD_LINE([`"${key}" is no list that fits`]);
  return value.map(read);
}

function target(value: unknown): string {
  const canonical = typeof value === 'string' ? canonicalTarget(value) : undefined;
  if (canonical === undefined || canonical !== value) throw errors.BAD_LINE(['a target is no canonical address']);
  return canonical;
}

function object(item: unknown): Fields {
  if (typeof item !== 'object' || item === null) throw errors.BAD_LINE(['a list holds something that is no object']);
  return item as Fields;
}

/** The one text of a target: a bare address, or a range `address/prefix` that is shorter than an address. */
export function canonicalTarget(value: string): string | undefined {
  if (!value.includes('/')) return canonicalAddress(value);
  const range = canonicalRange(value);
  if (range === undefined) return undefined;
  const [address = '', prefix] = range.split('/');
  return prefix === (familyOf(address) === 4 ? '32' : '128') ? address : range;
}

function denial(item: unknown): Denial {
  const fields = object(item);
  return { target: target(fields['target']), expiresAt: integer(fields, 'expiresAt') };
}

function held(item: unknown): HeldDenial {
  const fields = object(item);
  const one: HeldDenial = { target: target(fields['target']) };
  if (fields['expiresAt'] !== undefined) one.expiresAt = integer(fields, 'expiresAt');
  if (fields['droppedPackets'] !== undefined) one.droppedPackets = integer(fields, 'droppedPackets');
  return one;
}

const levels: readonly string[] = ['read_back', 'pulled', 'published'] satisfies EnforcementLevel[];
const holdReasons: readonly string[] = ['protected', 'stopped', 'expired', 'invalid'] satisfies HoldReason[];

function oneOf<T extends string>(fields: Fields, key: string, words: readonly string[]): T {
  const value = text(fields, key);
  if (!words.includes(value)) throw errors.BAD_LINE([`"${key}" is "${value}"`]);
  return value as T;
}

/** Reads one line strictly; throws ENFORCER.BAD_LINE. */
export function decodeToEnforcer(line: string): ToEnforcer {
  const fields = fieldsOf(line);
  const seq = integer(fields, 'seq');
  switch (fields['type']) {
    case 'hello':
      if (fields['version'] !== 1) throw errors.BAD_LINE([`version ${String(fields['version'])}`]);
      return { type: 'hello', seq, version: 1, epoch: integer(fields, 'epoch') };
    case 'apply':
      return { type: 'apply', seq, deny: list(fields, 'deny', denial), release: list(fields, 'release', target) };
    case 'reconcile':
      return { type: 'reconcile', seq, deny: list(fields, 'deny', denial) };
    case 'read':
      return { type: 'read', seq };
    default:
      throw errors.BAD_LINE([`unknown type "${String(fields['type'])}"`]);
  }
}

/** Reads one line strictly; throws ENFORCER.BAD_LINE. */
export function decodeFromEnforcer(line: string): FromEnforcer {
  const fields = fieldsOf(line);
  const seq = integer(fields, 'seq');
  switch (fields['type']) {
    case 'ready':
      return {
        type: 'ready',
        seq,
        name: text(fields, 'name'),
        level: oneOf(fields, 'level', levels),
        epoch: integer(fields, 'epoch'),
      };
    case 'done':
      return {
        type: 'done',
        seq,
        held: list(fields, 'held', held),
        heldBack: list(fields, 'heldBack', (item) => {
          const one = object(item);
          return {
            target: target(one['target']),
            reason: oneOf<HoldReason>(one, 'reason', holdReasons),
            detail: text(one, 'detail'),
          };
        }),
        isStopped: flag(fields, 'isStopped'),
        readMs: integer(fields, 'readMs'),
      };
    case 'failed':
      return { type: 'failed', seq, message: text(fields, 'message'), isFenced: flag(fields, 'isFenced') };
    default:
      throw errors.BAD_LINE([`unknown type "${String(fields['type'])}"`]);
  }
}

/** Splits a byte stream into lines; a line above `maxLineBytes` throws ENFORCER.BAD_LINE. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8');
      parts = [];
      sizeBytes = 0;
      rest = rest.subarray(end + 1);
      if (line !== '') onLine(line);
    }
    if (rest.length === 0) return;
    sizeBytes += rest.length;
    if (sizeBytes > maxLineBytes) throw errors.BAD_LINE([`it is longer than ${maxLineBytes} bytes`]);
    parts.push(rest);
  };
}
