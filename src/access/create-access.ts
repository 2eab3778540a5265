import type { Clock } from '../base/clock.ts';
import type { Database, Tx } from '../db/index.ts';
import { append } from '../ledger/index.ts';
import type { Actor } from './actor.ts';
import { createApiTokens, type ApiTokens } from './api-tokens.ts';
import { authenticate, idleMs, type Credentials, type LocalCredential } from './authenticate.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { createPeople, type People } from './people.ts';
import { signIn, type SignIn } from './sign-in.ts';
import { deleteOldKeys } from './store/idempotency.ts';
import { adminAddresses, deleteOldAttempts, deleteOldSessions, deleteSession } from './store/sessions.ts';

export interface Access {
  people: People;
  tokens: ApiTokens;
  idempotency: Idempotency;
  signIn(attempt: { name: string; password: string; address: string }): Promise<SignIn>;
  /** undefined: nobody we know. Throws only when the database is away. */
  authenticate(credentials: Credentials): Promise<Actor | undefined>;
  signOut(actor: Actor): Promise<void>;
  /** Addresses from which admins are signed in now: response holds before it cuts them off. */
  adminAddresses(tx: Tx): Promise<string[]>;
  /** Removes what is over: sessions, counted attempts, old idempotency keys. Once in a while is enough. */
  sweep(): Promise<void>;
}

const dayMs = 86_400_000;

export function createAccess(room: { db: Database; clock: Clock; local?: LocalCredential }): Access {
  const { db, clock } = room;
  return {
    people: createPeople(room),
    tokens: createApiTokens(room),
    idempotency: createIdempotency(room),
    signIn: (attempt) => signIn(room, attempt),
    authenticate: (credentials) => authenticate({ db, clock, local: room.local }, credentials),
    async signOut(actor) {
      const hash = actor.sessionHash;
      if (!hash) return;
      await db.transaction(async (tx) => {
        await deleteSession(tx, hash);
        await append(tx, [
          {
            tenant_id: actor.tenantId,
            at: clock.now(),
            kind: 'access.signed_out',
            actor: actor.id,
            summary: `${actor.name} signed out.`,
            body: {},
          },
        ]);
      });
    },
    adminAddresses: (tx) => adminAddresses(tx, new Date(clock.now()), new Date(clock.now() - idleMs)),
    async sweep() {
      const now = clock.now();
      await deleteOldSessions(db.read, new Date(now), new Date(now - idleMs));
      await deleteOldAttempts(db.read, new Date(now - dayMs));
      await deleteOldKeys(db.read, new Date(now - dayMs));
    },
  };
}
