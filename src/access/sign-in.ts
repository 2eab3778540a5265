import { sourceKeyOf } from '../base/address.ts';
import type { Clock } from '../base/clock.ts';
import type { Database } from '../db/index.ts';
import { append } from '../ledger/index.ts';
import type { Actor } from './actor.ts';
import { absoluteMs, actorOf } from './authenticate.ts';
import { isPassword } from './password.ts';
import { hashSecret, newSecret } from './secret.ts';
import { countAttempt, forgetAttempts, insertSession } from './store/sessions.ts';
import { noteSignIn, userByName } from './store/users.ts';

export type SignIn =
  | { outcome: 'signed_in'; actor: Actor; sessionToken: string }
  /** Never says whether the name, the password or the account was the problem. */
  | { outcome: 'wrong' }
  | { outcome: 'limited'; retryAfterS: number };

const windowMs = 15 * 60_000;
/**
 * Attempts in 15 minutes. Name with address stops guessing; the name alone is higher, so that a stranger cannot lock a person out
 * with ten requests; the address alone stops spraying.
 */
const limits = { pair: 10, name: 100, address: 50 };

const tenantId = 'default';

/** Checks name and password. The attempt is counted atomically first: whoever is over the limit is not evaluated at all. */
export async function signIn(
  room: { db: Database; clock: Clock },
  attempt: { name: string; password: string; address: string },
): Promise<SignIn> {
  const { db, clock } = room;
  const now = new Date(clock.now());
  const began = new Date(clock.now() - windowMs);
  const name = attempt.name.toLowerCase().slice(0, 200);
  const address = sourceKeyOf(attempt.address);
  const keys = { pair: `pair ${address} ${name}`, name: `name ${name}`, address: `address ${address}` };
  const counts = await Promise.all([
    countAttempt(db.read, keys.pair, now, began),
    countAttempt(db.read, keys.name, now, began),
    countAttempt(db.read, keys.address, now, began),
  ]);
  if (counts[0] > limits.pair || counts[1] > limits.name || counts[2] > limits.address)
    return { outcome: 'limited', retryAfterS: windowMs / 1_000 };

  const user = await userByName(db.read, tenantId, attempt.name);
  const isRight = await isPassword(attempt.password, user?.password_hash);
  if (!user || !isRight || user.is_disabled) {
    // Names that do not exist stay out of the ledger: people type passwords there.
    if (user)
      await append(db.read, [
        {
          tenant_id: tenantId,
          at: clock.now(),
          kind: 'access.sign_in_failed',
          actor: user.id,
          summary: `A sign-in as ${user.name} failed.`,
          body: { address: attempt.address },
        },
      ]);
    return { outcome: 'wrong' };
  }
  const sessionToken = newSecret('');
  const session = { hash: hashSecret(sessionToken), expiresAt: new Date(clock.now() + absoluteMs) };
  await db.transaction(async (tx) => {
    await insertSession(tx, { ...session, userId: user.id, address: attempt.address, at: now });
    await noteSignIn(tx, user.id, now);
    await forgetAttempts(tx, [keys.pair]);
    await append(tx, [
      {
        tenant_id: tenantId,
        at: clock.now(),
        kind: 'access.signed_in',
        actor: user.id,
        summary: `${user.name} signed in.`,
        body: { address: attempt.address },
      },
    ]);
  });
  return { outcome: 'signed_in', actor: actorOf(user, session), sessionToken };
}
