import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's parameters for 32 MiB: N = 2^15, r = 8, p = 3. */
const cost = { N: 2 ** 15, r: 8, p: 3 };
const maxmem = 64 * 1_024 * 1_024;
const keyBytes = 32;

// Each derivation takes 32 MiB: two at a time bound the memory, the others wait.
let free = 2;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Uint8Array, settings: typeof cost): Promise<Buffer> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize('NFC'), salt, keyBytes, { ...settings, maxmem }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}

/** `scrypt$N$r$p$salt$hash`, so that the cost can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/**
 * Whether the password is the one of the hash. Without a hash (no such user) the same work is done, so that the time tells nothing;
 * an empty password is never right.
 */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, N = cost.N, r = cost.r, p = cost.p, salt = 'AAAAAAAAAAAAAAAAAAAAAA', expected = ''] = (hash ?? '').split(
    '$',
  );
  const key = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  const known = Buffer.alloc(keyBytes);
  const wanted = Buffer.from(expected, 'base64url');
  wanted.copy(known);
  const isEqual = timingSafeEqual(key, known);
  return isEqual && wanted.length === keyBytes && password !== '';
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to type once: four groups of five, no look-alikes, 99 bits. */
export function oneTimePassword(): string {
  const take = () => {
    for (;;) {
      const byte = randomBytes(1)[0] ?? 255;
      if (byte < 248) return letters[byte % letters.length] ?? '';
    }
  };
  return Array.from({ length: 4 }, () => Array.from({ length: 5 }, take).join('')).join('-');
}

/** Why a new password is refused, or undefined. Length counts, not its kinds of characters (NIST SP 800-63B §3.1.1.2). */
export function passwordWeakness(password: string, name: string, old: string): string | undefined {
  if (Array.from(password).length < 12) return 'it is shorter than 12 characters';
  if (new Set(password).size < 5) return 'it repeats the same few characters';
  if (password.toLowerCase().includes(name.toLowerCase()) && name.length > 2) return 'it contains the user name';
  if (password === old) return 'it is the old one';
  return undefined;
}
