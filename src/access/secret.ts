import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits; only its hash is kept. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 is enough: these secrets are random, not chosen by people. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
