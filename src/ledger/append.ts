import type { Tx } from '../db/index.ts';
import { rowOf, type LedgerEntry } from './entry.ts';
import { insertEntries } from './store.ts';

/** Writes entries in the transaction that decides: they are on record exactly when the decision is. The sequencer orders them later. */
export async function append(tx: Tx, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length > 0) await insertEntries(tx, entries.map(rowOf));
}
