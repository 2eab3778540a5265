import { readVerifierKey, type NoteVerifier } from '../standards/tlog/index.ts';
import { errors } from './errors.ts';

/** The keys of a text with one `name+id+key` a line, as ledger.pub has. Throws LEDGER.BAD_PUBLIC_KEY. */
export function readPublicKeys(text: string): NoteVerifier[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const key = readVerifierKey(line);
      if (!key) throw errors.BAD_PUBLIC_KEY([line.slice(0, 100)]);
      return key;
    });
}
