import { newId } from '../base/ids.ts';
import type { Tx } from '../db/index.ts';
import { rowOf, type LedgerEntry } from './entry.ts';
import { insertEntries } from './store.ts';

/**
 * Writes entries in the transaction that decides: they are on record exactly when the decision is. The sequencer orders
 * them later: by time, and those of one call and instant as they were given.
 */
export async function append(tx: Tx, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const ids = new Map<number, string[]>();
  for (const [at, group] of Map.groupBy(entries, (entry) => entry.at))
    ids.set(at, group.map(() => newId('ledger-entry', at)).sort());
  await insertEntries(
    tx,
    entries.map((entry) => rowOf(entry, ids.get(entry.at)?.shift() ?? newId('ledger-entry', entry.at))),
  );
}
