export { leafHash } from './hash.ts';
export { appendLeaves, emptyFrontier, rootOf, type Frontier } from './frontier.ts';
export { inclusionProof, verifyConsistency, verifyInclusion, type ProofOutcome } from './proof.ts';
export { openNote, readVerifierKey, signNote, verifierKeyOf, type NoteSigner, type NoteVerifier } from './note.ts';
export { checkpointText, readCheckpoint } from './checkpoint.ts';
