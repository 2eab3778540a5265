import { beforeAll, expect, test } from 'vitest';
import { fakeClock } from '../base/clock.ts';
import { sql } from '../db/index.ts';
import { Permission } from '../schema/permission.ts';
import { testDatabase } from '../../test/database.ts';
import { z } from 'zod';
import { can, createAccess, type Actor } from './index.ts';

const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const access = createAccess({ db, clock, local: { secret: 'local-secret', actor: 'cli:anna' } });
const from = (last: number) => `203.0.113.${last}`;
const sentence = 'a long enough sentence';

let admin: { name: string; password: string };
let actor: Actor;

async function signedIn(name: string, password: string, address = from(1)) {
  const result = await access.signIn({ name, password, address });
  if (result.outcome !== 'signed_in') throw new Error(`not signed in: ${result.outcome}`);
  return result;
}

beforeAll(async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => access.people.ensureAdmin()));
  const first = made.filter((one) => one !== undefined);
  expect(first).toHaveLength(1);
  admin = first[0] ?? { name: '', password: '' };
  expect(await access.people.ensureAdmin()).toBeUndefined();
  const local = await access.authenticate({ bearer: 'local-secret' });
  if (!local) throw new Error('the local credential does not work');
  actor = local;
});

test('the one-time password opens nothing but the own session until it is changed', async () => {
  const first = await signedIn(admin.name, admin.password);
  expect(first.actor.mustChangePassword).toBe(true);
  expect(Permission.options.filter((permission) => can(first.actor, permission))).toEqual(['session.own']);
  await expect(access.people.changePassword(first.actor, 'wrong', sentence)).rejects.toMatchObject({
    code: 'ACCESS.WRONG_PASSWORD',
  });
  for (const weak of ['short', 'aaaaaaaaaaaaaaaa', 'the admin of all', admin.password])
    await expect(access.people.changePassword(first.actor, admin.password, weak)).rejects.toMatchObject({
      code: 'ACCESS.WEAK_PASSWORD',
    });
  const other = await signedIn('ADMIN', admin.password);
  await access.people.changePassword(first.actor, admin.password, sentence);
  expect(await access.authenticate({ sessionToken: other.sessionToken })).toBeUndefined();
  const now = await access.authenticate({ sessionToken: first.sessionToken });
  expect(now && can(now, 'token.manage')).toBe(true);
  expect(await access.signIn({ name: 'admin', password: admin.password, address: from(1) })).toEqual({
    outcome: 'wrong',
  });
});

test('a session ends when idle, at its absolute end, and when signed out', async () => {
  const hourMs = 3_600_000;
  const session = await signedIn('admin', sentence);
  clock.advance(3 * hourMs);
  expect(await access.authenticate(session)).toBeDefined();
  clock.advance(3 * hourMs);
  expect(await access.authenticate(session)).toBeDefined();
  clock.advance(4 * hourMs + 1);
  expect(await access.authenticate(session)).toBeUndefined();

  const long = await signedIn('admin', sentence);
  for (let hours = 0; hours < 23; hours += 1) {
    clock.advance(hourMs);
    expect(await access.authenticate(long)).toBeDefined();
  }
  clock.advance(hourMs + 1);
  expect(await access.authenticate(long)).toBeUndefined();

  const third = await signedIn('admin', sentence);
  await access.signOut(third.actor);
  expect(await access.authenticate(third)).toBeUndefined();
});

test('an empty password is never right, for any name', async () => {
  for (const name of ['admin', 'nobody', '']) {
    const result = await access.signIn({ name, password: '', address: from(7) });
    expect(result).toEqual({ outcome: 'wrong' });
  }
});

test('of 200 parallel bad sign-ins at most 10 are evaluated', async () => {
  const results = await Promise.all(
    Array.from({ length: 200 }, () => access.signIn({ name: 'admin', password: 'guess', address: from(9) })),
  );
  const evaluated = results.filter((result) => result.outcome === 'wrong').length;
  expect(evaluated).toBe(10);
  // Over the limit the right password is not looked at either, but from elsewhere the person gets in.
  expect(await access.signIn({ name: 'admin', password: sentence, address: from(9) })).toMatchObject({
    outcome: 'limited',
  });
  clock.advance(15 * 60_000);
  expect(await access.signIn({ name: 'admin', password: sentence, address: from(9) })).toMatchObject({
    outcome: 'signed_in',
  });
});

test('a token works with its scopes until it is revoked or ends, and is kept as a hash only', async () => {
  const made = await access.tokens.create(actor, { name: 'agent', scopes: ['event.write'], expiresInDays: 1 });
  expect(made.secret).toMatch(/^fb_[\w-]{43}$/);
  const agent = await access.authenticate({ bearer: made.secret });
  expect(agent && Permission.options.filter((permission) => can(agent, permission))).toEqual(['event.write']);
  expect((await access.tokens.list(actor))[0]?.last_used_at).not.toBeNull();
  const dump = await db.read.many(
    z.object({ all: z.string() }),
    sql`select (t.*)::text as all from tokens t union all select (e.*)::text from ledger_entries e union all select (u.*)::text from users u`,
  );
  for (const secret of [made.secret, admin.password, sentence]) expect(JSON.stringify(dump)).not.toContain(secret);

  clock.advance(86_400_001);
  expect(await access.authenticate({ bearer: made.secret })).toBeUndefined();
  const other = await access.tokens.create(actor, { name: 'other', scopes: ['stop.set'], expiresInDays: null });
  await access.tokens.revoke(actor, other.token.id);
  expect(await access.authenticate({ bearer: other.secret })).toBeUndefined();
  await expect(access.tokens.revoke(actor, other.token.id)).rejects.toMatchObject({ code: 'ACCESS.NO_TOKEN' });
});

test('nobody gives away more than they have', async () => {
  const made = await access.tokens.create(actor, { name: 'small', scopes: ['token.manage'], expiresInDays: 30 });
  const small = await access.authenticate({ bearer: made.secret });
  if (!small) throw new Error('the token does not work');
  expect(() => access.tokens.create(small, { name: 'big', scopes: ['containment.deny'], expiresInDays: 30 })).toThrow(
    'containment.deny',
  );
});

test('the addresses of signed-in admins are known, and nobody else’s', async () => {
  await signedIn('admin', sentence, from(77));
  expect(await access.adminAddresses(db.read)).toContain(from(77));
  clock.advance(4 * 3_600_000 + 1);
  expect(await access.adminAddresses(db.read)).toEqual([]);
});

test('a bad bearer token is not rescued by a good cookie', async () => {
  const session = await signedIn('admin', sentence);
  expect(await access.authenticate({ ...session, bearer: 'fb_wrong' })).toBeUndefined();
});

test('locking a person out ends their sessions, and the last admin stays', async () => {
  const anna = await access.people.create(actor, { name: 'anna', role: 'responder' });
  await expect(access.people.create(actor, { name: 'Anna', role: 'viewer' })).rejects.toMatchObject({
    code: 'ACCESS.NAME_TAKEN',
  });
  const session = await signedIn('anna', anna.password);
  await access.people.change(actor, anna.user.id, { is_disabled: true });
  expect(await access.authenticate(session)).toBeUndefined();
  expect(await access.signIn({ name: 'anna', password: anna.password, address: from(2) })).toEqual({
    outcome: 'wrong',
  });
  const last = (await access.people.list(actor)).find((user) => user.role === 'admin');
  await expect(access.people.change(actor, last?.id ?? '', { role: 'viewer' })).rejects.toMatchObject({
    code: 'ACCESS.LAST_ADMIN',
  });
});

test('one idempotency key runs once, repeats its answer, and refuses another request', async () => {
  const print = Buffer.from('request');
  const begun = await Promise.all(Array.from({ length: 20 }, () => access.idempotency.begin('a', 'k', print)));
  expect(begun.filter(({ use }) => use === 'first')).toHaveLength(1);
  expect(begun.filter(({ use }) => use === 'under_way')).toHaveLength(19);
  await access.idempotency.settle('a', 'k', { status: 201, reply: '{}' });
  expect(await access.idempotency.begin('a', 'k', print)).toEqual({ use: 'again', status: 201, reply: '{}' });
  expect(await access.idempotency.begin('a', 'k', Buffer.from('other'))).toEqual({ use: 'other_request' });
  expect(await access.idempotency.begin('b', 'k', print)).toEqual({ use: 'first' });
  await access.idempotency.forget('b', 'k');
  expect(await access.idempotency.begin('b', 'k', Buffer.from('other'))).toEqual({ use: 'first' });
  clock.advance(60_001);
  expect(await access.idempotency.begin('b', 'k', Buffer.from('other'))).toEqual({ use: 'first' });
});

test('what is over is swept away', async () => {
  clock.advance(2 * 86_400_000);
  await access.sweep();
  for (const table of ['sessions', 'sign_in_attempts', 'idempotency_keys'])
    expect(
      await db.read.one(z.object({ count: z.number() }), sql`select count(*) as count from ${sql.id(table)}`),
    ).toEqual({ count: 0 });
});
