export { append } from './append.ts';
export type { LedgerEntry } from './entry.ts';
export { openSigningKey } from './signing-key.ts';
export { createSequencer, type Sequencer, type SequencerOptions } from './sequencer.ts';
export {
  exportToFile,
  readCheckpoints,
  type CheckpointExport,
  type ExportedCheckpoint,
} from './exported-checkpoint.ts';
export { readPublicKeys } from './read-public-keys.ts';
export { verifyLedger, type LedgerReport } from './verify-ledger.ts';
export { verifyDatabase } from './verify-database.ts';
export { entriesOfFile, exportLedger } from './ledger-file.ts';
export { proofFor, type EntryProof } from './proof-for.ts';
export {
  entriesOfIncident,
  latestCheckpoint,
  listEntries,
  selectSequenced,
  type ListedEntry,
  type StoredEntry,
} from './store.ts';
