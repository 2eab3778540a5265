import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { storableText } from '../base/storable-text.ts';
import { leafHash } from '../standards/tlog/index.ts';

/** One decision or attempt, as the room that makes it says it. */
export interface LedgerEntry {
  tenant_id: string;
  /** Epoch ms. */
  at: number;
  /** `<noun>.<what happened>`: `containment.ordered`, `incident.opened`. */
  kind: string;
  /** `user--…`, `token--…`, `system:<room>`, `execution--…`, `cli:<os user>`. */
  actor: string;
  incident_id?: string;
  /** Id of the thing it is about. */
  subject?: string;
  /** One sentence for people. Log text in it stays as it is: whoever prints it escapes it. */
  summary: string;
  /** Everything a later reader needs to judge it; JSON values only. */
  body: Record<string, unknown>;
}

/** An entry as its row: `body` is the canonical text of all of it, and the bytes that are hashed. */
export interface LedgerRow {
  id: string;
  tenant_id: string;
  at: number;
  kind: string;
  actor: string;
  incident_id: string | null;
  subject: string | null;
  summary: string;
  body: string;
  leaf_hash: Uint8Array;
}

const summaryChars = 2_000;
const bodyBytes = 256 * 1_024;

/** Settles the leaf. A body above 256 KiB is kept as its length and hash only. */
export function rowOf(entry: LedgerEntry, id: string): LedgerRow {
  const head = {
    id,
    tenant_id: storableText(entry.tenant_id),
    at: entry.at,
    kind: storableText(entry.kind),
    actor: storableText(entry.actor),
    incident_id: entry.incident_id === undefined ? null : storableText(entry.incident_id),
    subject: entry.subject === undefined ? null : storableText(entry.subject),
    summary: storableText(entry.summary).slice(0, summaryChars).toWellFormed(),
  };
  const body = canonical({ ...head, body: bounded(entry.body) });
  return { ...head, body, leaf_hash: leafHash(Buffer.from(body)) };
}

/** RFC 8785 text. Lone surrogates, which no UTF-8 can carry, are replaced first (I-JSON, RFC 7493 §2.1). */
function canonical(value: unknown): string {
  return canonicalize(wellFormed(value)) ?? 'null';
}

function bounded(body: Record<string, unknown>): unknown {
  const text = canonical(body);
  const sizeBytes = Buffer.byteLength(text);
  return sizeBytes <= bodyBytes
    ? body
    : { too_long: true, size_bytes: sizeBytes, sha256: createHash('sha256').update(text).digest('hex') };
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]));
}
