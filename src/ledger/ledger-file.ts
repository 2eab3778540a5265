import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';
import { errors } from './errors.ts';
import { selectSequenced, type StoredEntry } from './store.ts';

/** What verification reads: an entry at its place, from the database or from an exported file. */
export interface PlacedEntry {
  seq: number;
  id: string;
  body: string;
  leafHash: Uint8Array;
  /** The columns beside the body, where there are any: they must say the same. */
  columns?: Readonly<Record<string, unknown>>;
}

const page = 2_000;

/** The sequenced entries of a database, in order. */
export async function* placedEntries(tx: Tx): AsyncGenerator<PlacedEntry> {
  for (let from = 0; ;) {
    const rows = await selectSequenced(tx, from, page);
    for (const row of rows) yield placed(row);
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    from = last.seq + 1;
  }
}

function placed(row: StoredEntry): PlacedEntry {
  const { tenant_id, at, kind, actor, incident_id, subject, summary } = row;
  const columns = { id: row.id, tenant_id, at: at.getTime(), kind, actor, incident_id, subject, summary };
  return { seq: row.seq, id: row.id, body: row.body, leafHash: row.leaf_hash, columns };
}

/** The sequenced entries as NDJSON lines; `body` is the text that is hashed. */
export async function* exportLedger(tx: Tx): AsyncGenerator<string> {
  for await (const entry of placedEntries(tx))
    yield `${JSON.stringify({ seq: entry.seq, id: entry.id, leaf_hash: Buffer.from(entry.leafHash).toString('hex'), body: entry.body })}\n`;
}

const Line = z.object({
  seq: z.int().nonnegative(),
  id: z.string(),
  leaf_hash: z.string().regex(/^[0-9a-f]{64}$/),
  body: z.string(),
});

/** The entries of a file that `exportLedger` wrote. Throws LEDGER.BAD_FILE with file and line. */
export async function* entriesOfFile(path: string): AsyncGenerator<PlacedEntry> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    yield readLine(line, path, number);
  }
}

function readLine(text: string, file: string, line: number): PlacedEntry {
  try {
    const entry = Line.parse(JSON.parse(text));
    return { seq: entry.seq, id: entry.id, body: entry.body, leafHash: Buffer.from(entry.leaf_hash, 'hex') };
  } catch (cause) {
    throw errors.BAD_FILE(['export of a ledger', messageOf(cause).slice(0, 200)], { cause, where: { file, line } });
  }
}
