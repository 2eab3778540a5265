import type { Clock } from '../base/clock.ts';
import type { Database } from '../db/index.ts';
import { claimKey, forgetKey, knownKey, settleKey } from './store/idempotency.ts';

/** Longer than any request may take: after it, whoever began with a key is dead. */
const staleMs = 60_000;

export type KeyUse =
  /** Do it, then settle or forget. */
  | { use: 'first' }
  | { use: 'again'; status: number; reply: string }
  | { use: 'under_way' }
  /** The key came before with another request. */
  | { use: 'other_request' };

export interface Idempotency {
  begin(actor: string, key: string, fingerprint: Buffer): Promise<KeyUse>;
  settle(actor: string, key: string, answer: { status: number; reply: string }): Promise<void>;
  /** It failed without an effect: the key is free again. */
  forget(actor: string, key: string): Promise<void>;
}

export function createIdempotency({ db, clock }: { db: Database; clock: Clock }): Idempotency {
  return {
    async begin(actor, key, fingerprint) {
      const now = new Date(clock.now());
      const staleBefore = new Date(clock.now() - staleMs);
      if (await claimKey(db.read, { actor, key, fingerprint, now, staleBefore })) return { use: 'first' };
      const known = await knownKey(db.read, actor, key);
      if (!known) return { use: 'under_way' };
      if (!known.fingerprint.equals(fingerprint)) return { use: 'other_request' };
      if (known.status === null || known.reply === null) return { use: 'under_way' };
      return { use: 'again', status: known.status, reply: known.reply };
    },
    async settle(actor, key, answer) {
      await settleKey(db.read, actor, key, answer);
    },
    async forget(actor, key) {
      await forgetKey(db.read, actor, key);
    },
  };
}
