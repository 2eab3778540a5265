export { emptyRoot, leafHash, nodeHash } from './hash.ts';
export { appendLeaves, emptyFrontier, rootOf, type Frontier } from './frontier.ts';
export { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion, type ProofOutcome } from './proof.ts';
export {
  openNote,
  readVerifierKey,
  signNote,
  verifierKeyOf,
  type NoteOutcome,
  type NoteSigner,
  type NoteVerifier,
} from './note.ts';
export { checkpointText, readCheckpoint, type Checkpoint } from './checkpoint.ts';
