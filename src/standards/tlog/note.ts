import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** Who signs: a name (its origin, by custom) and an Ed25519 key. C2SP signed-note. */
export interface NoteSigner {
  name: string;
  key: KeyObject;
}

/** Whose signature is believed. */
export interface NoteVerifier {
  name: string;
  /** First 4 bytes of SHA-256(name || 0x0A || 0x01 || public key). */
  keyId: Uint8Array;
  key: KeyObject;
}

export type NoteOutcome =
  | { outcome: 'signed'; text: string; by: string[] }
  /** No line of a known key: nothing is known. */
  | { outcome: 'unknown_signer'; text: string }
  /** A known key's signature does not fit, or the note has not the form of one. */
  | { outcome: 'refused'; reason: string };

const ed25519 = 0x01;
/** A note is a page at most; anything longer is not ours. */
const longestNote = 1_000_000;

/** `text` must end in a newline. */
export function signNote(text: string, signer: NoteSigner): string {
  if (!isNoteText(text)) throw new TypeError('a note ends in a newline and has no control characters');
  if (!isKeyName(signer.name)) throw new TypeError('the name of a key has no spaces and no plus sign');
  const signature = sign(null, Buffer.from(text), signer.key);
  const blob = Buffer.concat([keyIdOf(signer.name, rawPublicKey(signer.key)), signature]);
  return `${text}\n— ${signer.name} ${blob.toString('base64')}\n`;
}

/** Lines of unknown keys are passed over; one bad line of a known key refuses the note. */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): NoteOutcome {
  if (note.length > longestNote) return { outcome: 'refused', reason: 'The note is too long.' };
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return { outcome: 'refused', reason: 'The note has no signatures.' };
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2);
  if (!isNoteText(text)) return { outcome: 'refused', reason: 'The text has characters that no note has.' };
  if (!lines.endsWith('\n')) return { outcome: 'refused', reason: 'The last signature line is cut.' };
  const by: string[] = [];
  for (const line of lines.slice(0, -1).split('\n')) {
    const found = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    const blob = Buffer.from(found?.[2] ?? '', 'base64');
    const name = found?.[1] ?? '';
    if (!found || !isKeyName(name) || blob.length < 5)
      return { outcome: 'refused', reason: 'A signature line has not the form of one.' };
    const verifier = verifiers.find(
      (known) => known.name === name && Buffer.compare(known.keyId, blob.subarray(0, 4)) === 0,
    );
    if (!verifier) continue;
    if (!verify(null, Buffer.from(text), verifier.key, blob.subarray(4)))
      return { outcome: 'refused', reason: `The signature of ${name} does not fit the text.` };
    by.push(name);
  }
  return by.length > 0 ? { outcome: 'signed', text, by } : { outcome: 'unknown_signer', text };
}

/** The public key as people hand it on: `name+hex key id+base64(type || key)`. */
export function verifierKeyOf(signer: NoteSigner): string {
  const key = rawPublicKey(signer.key);
  const id = keyIdOf(signer.name, key).toString('hex');
  return `${signer.name}+${id}+${Buffer.concat([Uint8Array.of(ed25519), key]).toString('base64')}`;
}

/** Reads what `verifierKeyOf` wrote; undefined when it is none, of another type, or its id does not fit. */
export function readVerifierKey(text: string): NoteVerifier | undefined {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const bytes = Buffer.from(found?.[3] ?? '', 'base64');
  const name = found?.[1] ?? '';
  if (!found || bytes.length !== 33 || bytes[0] !== ed25519) return undefined;
  const keyId = keyIdOf(name, bytes.subarray(1));
  if (keyId.toString('hex') !== found[2]) return undefined;
  return {
    name,
    keyId,
    key: createPublicKey({ key: Buffer.concat([spkiHead, bytes.subarray(1)]), format: 'der', type: 'spki' }),
  };
}

/** SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410 §4). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

function rawPublicKey(key: KeyObject): Buffer {
  const pub =
    key.type === 'private'
      ? createPublicKey(
          createPrivateKey({ key: key.export({ format: 'der', type: 'pkcs8' }), format: 'der', type: 'pkcs8' }),
        )
      : key;
  return pub.export({ format: 'der', type: 'spki' }).subarray(spkiHead.length);
}

function keyIdOf(name: string, key: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ed25519)).update(key).digest().subarray(0, 4);
}

function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+]/u.test(name);
}

function isNoteText(text: string): boolean {
  if (!text.endsWith('\n') || !text.isWellFormed()) return false;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x20 && code !== 0x0a) return false;
  }
  return true;
}
