import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Database } from '../db/index.ts';
import { append } from '../ledger/index.ts';
import type { Permission } from '../schema/permission.ts';
import type { Actor } from './actor.ts';
import { errors } from './errors.ts';
import type { Token } from './rows.ts';
import { hashSecret, newSecret } from './secret.ts';
import * as store from './store/tokens.ts';

const dayMs = 86_400_000;

export interface ApiTokens {
  list(actor: Actor): Promise<Token[]>;
  /** The secret is given back this once. Throws ACCESS.MORE_THAN_OWN. */
  create(
    actor: Actor,
    token: { name: string; scopes: readonly Permission[]; expiresInDays: number | null },
  ): Promise<{ token: Token; secret: string }>;
  /** Throws ACCESS.NO_TOKEN. */
  revoke(actor: Actor, id: string): Promise<void>;
}

export function createApiTokens({ db, clock }: { db: Database; clock: Clock }): ApiTokens {
  return {
    list: (actor) => store.listTokens(db.read, actor.tenantId),
    create(actor, wanted) {
      const tooMuch = wanted.scopes.filter((scope) => !actor.permissions.has(scope));
      if (tooMuch.length > 0) throw errors.MORE_THAN_OWN([tooMuch.join(', ')]);
      const secret = newSecret('fb_');
      const at = clock.now();
      return db.transaction(async (tx) => {
        const token = await store.insertToken(tx, {
          id: newId('token', at),
          tenantId: actor.tenantId,
          name: wanted.name,
          prefix: secret.slice(0, 9),
          hash: hashSecret(secret),
          scopes: [...new Set(wanted.scopes)].sort(),
          createdBy: actor.id,
          at: new Date(at),
          expiresAt: wanted.expiresInDays === null ? null : new Date(at + wanted.expiresInDays * dayMs),
        });
        await append(tx, [
          {
            tenant_id: actor.tenantId,
            at,
            kind: 'access.token_created',
            actor: actor.id,
            subject: token.id,
            summary: `The token "${token.name}" was created.`,
            body: { scopes: token.scopes, expires_at: token.expires_at },
          },
        ]);
        return { token, secret };
      });
    },
    revoke: (actor, id) =>
      db.transaction(async (tx) => {
        const token = await store.revokeToken(tx, actor.tenantId, id, new Date(clock.now()));
        if (!token) throw errors.NO_TOKEN([id]);
        await append(tx, [
          {
            tenant_id: actor.tenantId,
            at: clock.now(),
            kind: 'access.token_revoked',
            actor: actor.id,
            subject: id,
            summary: `The token "${token.name}" was revoked.`,
            body: {},
          },
        ]);
      }),
  };
}
