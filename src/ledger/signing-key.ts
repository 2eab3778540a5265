import {
  createPrivateKey,
  createPublicKey,
  createHash,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from 'node:crypto';
import { link, mkdir, open, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../base/has-code.ts';
import { messageOf } from '../base/errors.ts';
import { verifierKeyOf, type NoteSigner } from '../standards/tlog/index.ts';
import { errors } from './errors.ts';

/**
 * The Ed25519 key that signs checkpoints: `ledger-key.pem` in `dir` (mode 0600), made at the first start; two processes
 * that start at once get the same one. `ledger.pub` beside it is for auditors. Its name is `firebreak/ledger/<first 8
 * hex digits of SHA-256 of the public key>`. Throws LEDGER.BAD_KEY.
 */
export async function openSigningKey(dir: string): Promise<NoteSigner> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, 'ledger-key.pem');
  const pem = (await readIfThere(path)) ?? (await make(path));
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is of type ${key.asymmetricKeyType ?? 'unknown'}`);
    const signer = { name: nameOf(key), key };
    await writeFile(join(dir, 'ledger.pub'), `${verifierKeyOf(signer)}\n`);
    return signer;
  } catch (cause) {
    throw errors.BAD_KEY([path, messageOf(cause)], { cause, where: { file: path } });
  }
}

async function make(path: string): Promise<string> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  // Whole or not there: written beside, then linked, which fails when another process was first.
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    return pem;
  } catch (error) {
    const others = await readIfThere(path);
    if (others === undefined) throw errors.BAD_KEY([path, messageOf(error)], { cause: error, where: { file: path } });
    return others;
  } finally {
    await unlink(draft);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw errors.BAD_KEY([path, messageOf(error)], { cause: error, where: { file: path } });
  }
}

function nameOf(key: KeyObject): string {
  const bytes = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return `firebreak/ledger/${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`;
}
