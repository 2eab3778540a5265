import { expect, test } from 'vitest';
import { hashPassword, isPassword, oneTimePassword, passwordWeakness } from './password.ts';

test('a password is right for its own hash only', async () => {
  const hash = await hashPassword('correct horse battery');
  expect(hash).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(await isPassword('correct horse battery', hash)).toBe(true);
  expect(await isPassword('correct horse batterz', hash)).toBe(false);
  expect(await isPassword('', hash)).toBe(false);
});

test('no hash, a torn hash and an empty password are never right', async () => {
  const empty = await hashPassword('');
  for (const hash of [undefined, '', 'scrypt$32768$8$3$AAAA$', empty]) expect(await isPassword('', hash)).toBe(false);
});

test('one password in two Unicode forms is one password', async () => {
  expect(await isPassword('gru\u0308n und lang genug', await hashPassword('gr\u00fcn und lang genug'))).toBe(true);
});

test('one-time passwords differ and pass the rules for passwords', () => {
  const made = new Set(Array.from({ length: 200 }, oneTimePassword));
  expect(made.size).toBe(200);
  for (const password of made) {
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    expect(passwordWeakness(password, 'admin', '')).toBeUndefined();
  }
});
