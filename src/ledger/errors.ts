import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('LEDGER', {
  BAD_KEY: {
    kind: 'user',
    message: (path: string, detail: string) => `The signing key ${path} cannot be used: ${detail}`,
    fix: 'It is an Ed25519 key in PEM that only we read (mode 0600). Restore it from a backup; only if it is lost for good, remove the file: a new key is made, and new checkpoints carry a new name.',
  },
  BAD_FILE: {
    kind: 'user',
    message: (what: string, detail: string) => `This is no ${what}: ${detail}`,
    fix: 'Give a file that `firebreak ledger export` or the checkpoint export wrote, one JSON object a line.',
  },
  BAD_PUBLIC_KEY: {
    kind: 'user',
    message: (text: string) => `"${text}" is no public key of a ledger.`,
    fix: 'It looks like name+0a1b2c3d+base64 and stands in ledger.pub in the data folder.',
  },
  NOT_PROVABLE: {
    kind: 'missing',
    message: (seq: number) => `No signed checkpoint covers entry ${seq} yet.`,
    fix: 'Checkpoints are made every few seconds while the server runs; check that there is an entry of that number.',
  },
});
