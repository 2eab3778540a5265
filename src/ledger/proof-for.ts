import type { Tx } from '../db/index.ts';
import { inclusionProof } from '../standards/tlog/index.ts';
import { errors } from './errors.ts';
import { selectCheckpointOver, selectLeaves, selectSequenced } from './store.ts';

/** What an auditor needs to check one entry without the others: leaf = SHA-256(0x00 || body), RFC 6962. */
export interface EntryProof {
  seq: number;
  id: string;
  body: string;
  size: number;
  /** Base64, from the leaf up. */
  proof: string[];
  /** The signed checkpoint with the root that the proof leads to. */
  note: string;
}

/** Throws LEDGER.NOT_PROVABLE while no checkpoint covers the entry. */
export async function proofFor(tx: Tx, seq: number): Promise<EntryProof> {
  const checkpoint = await selectCheckpointOver(tx, seq);
  const [entry] = await selectSequenced(tx, seq, 1);
  if (!checkpoint || entry?.seq !== seq) throw errors.NOT_PROVABLE([seq]);
  const leaves = await selectLeaves(tx, 0, checkpoint.size);
  return {
    seq,
    id: entry.id,
    body: entry.body,
    size: checkpoint.size,
    proof: inclusionProof(leaves, seq).map((hash) => Buffer.from(hash).toString('base64')),
    note: checkpoint.note,
  };
}
