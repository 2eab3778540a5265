import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkpointText, readCheckpoint } from './checkpoint.ts';
import { openNote, readVerifierKey, signNote, verifierKeyOf, type NoteVerifier } from './note.ts';

const signer = { name: 'example.org/log', key: generateKeyPairSync('ed25519').privateKey };
const other = { name: 'example.org/other', key: generateKeyPairSync('ed25519').privateKey };
const text = checkpointText({
  origin: 'example.org/log',
  size: 18_446_744_073_709_551_615n,
  root: Buffer.alloc(32, 7),
});

function verifierOf(of: typeof signer): NoteVerifier {
  const verifier = readVerifierKey(verifierKeyOf(of));
  if (!verifier) throw new Error('the key was not read');
  return verifier;
}

test('a checkpoint is signed and read back', () => {
  const opened = openNote(signNote(text, signer), [verifierOf(other), verifierOf(signer)]);
  expect(opened).toEqual({ outcome: 'signed', text, by: ['example.org/log'] });
  expect(readCheckpoint(text)).toEqual({
    origin: 'example.org/log',
    size: 18_446_744_073_709_551_615n,
    root: Buffer.alloc(32, 7),
  });
});

test('a changed text, a cut line and a wrong signature of a known name are refused', () => {
  const note = signNote(text, signer);
  const known = [verifierOf(signer)];
  expect(openNote(note.replace('1844', '1845'), known).outcome).toBe('refused');
  expect(openNote(note.slice(0, -1), known).outcome).toBe('refused');
  expect(openNote(text, known).outcome).toBe('refused');
  expect(openNote(note.replace('\n\n', '\n\u0007\n\n'), known).outcome).toBe('refused');
});

test('lines of unknown keys are passed over', () => {
  const note = signNote(text, signer);
  const second = signNote(text, other).split('\n\n')[1] ?? '';
  expect(openNote(note + second, [verifierOf(signer)]).outcome).toBe('signed');
  expect(openNote(note, [verifierOf(other)])).toEqual({ outcome: 'unknown_signer', text });
});

test('a verifier key with a wrong id, type or length is none', () => {
  const key = verifierKeyOf(signer);
  expect(readVerifierKey(key.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toBeUndefined();
  expect(readVerifierKey(key.slice(0, -4))).toBeUndefined();
  expect(readVerifierKey('PRIVATE+KEY')).toBeUndefined();
});

test('texts that are no checkpoint are not read as one', () => {
  for (const bad of [
    '',
    'a\n1\n',
    'a\n01\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n',
    'a\n1\nAAAA\n',
    '\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n',
  ])
    expect(readCheckpoint(bad)).toBeUndefined();
});
