import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

/** The answer to a keyed request. */
export interface Receipt {
  key: string;
  /** SHA-256 of the request, hex. */
  requestHash: string;
  /** The answer as JSON text. */
  answer: string;
}

const row = z.object({ request_hash: z.string(), answer: z.string() });

export async function receiptOf(tx: Tx, sourceId: string, key: string): Promise<Receipt | undefined> {
  const found = await tx.maybe(
    row,
    sql`select request_hash, answer from receipts where source_id = ${sourceId} and idempotency_key = ${key}`,
  );
  return found && { key, requestHash: found.request_hash, answer: found.answer };
}

/** False when the key was used before. */
export async function insertReceipt(tx: Tx, sourceId: string, receipt: Receipt, now: Date): Promise<boolean> {
  const inserted = await tx.run(sql`
    insert into receipts (source_id, idempotency_key, request_hash, answer, created_at)
    values (${sourceId}, ${receipt.key}, ${receipt.requestHash}, ${receipt.answer}, ${now})
    on conflict do nothing`);
  return inserted === 1;
}

/** Forgets receipts older than `before`. */
export async function deleteReceipts(tx: Tx, before: Date): Promise<void> {
  await tx.run(sql`delete from receipts where created_at < ${before}`);
}
