import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Database, Tx } from '../db/index.ts';
import { append } from '../ledger/index.ts';
import type { RoleName } from '../schema/permission.ts';
import type { Actor } from './actor.ts';
import { errors } from './errors.ts';
import { hashPassword, isPassword, oneTimePassword, passwordWeakness } from './password.ts';
import type { User } from './rows.ts';
import { deleteSessionsOf } from './store/sessions.ts';
import * as store from './store/users.ts';

export interface People {
  /** On a database without users: an admin with a one-time password; otherwise undefined. Safe with many processes at once. */
  ensureAdmin(): Promise<{ name: string; password: string } | undefined>;
  list(actor: Actor): Promise<User[]>;
  /** Throws ACCESS.NAME_TAKEN. */
  create(actor: Actor, user: { name: string; role: RoleName }): Promise<{ user: User; password: string }>;
  /** Ends the person's sessions. Throws ACCESS.NO_USER, ACCESS.LAST_ADMIN. */
  change(
    actor: Actor,
    id: string,
    change: { role?: RoleName | undefined; is_disabled?: boolean | undefined },
  ): Promise<User>;
  resetPassword(actor: Actor, id: string): Promise<{ user: User; password: string }>;
  /** Ends every other session of the person. Throws ACCESS.WRONG_PASSWORD, ACCESS.WEAK_PASSWORD. */
  changePassword(actor: Actor, current: string, next: string): Promise<User>;
}

export function createPeople({ db, clock }: { db: Database; clock: Clock }): People {
  const note = (tx: Tx, actor: string, kind: string, user: User, summary: string, body: Record<string, unknown> = {}) =>
    append(tx, [{ tenant_id: user.tenant_id, at: clock.now(), kind, actor, subject: user.id, summary, body }]);

  const ofTenant = async (tx: Tx, actor: Actor, id: string) => {
    const user = await store.userById(tx, id);
    if (!user || user.tenant_id !== actor.tenantId) throw errors.NO_USER([id]);
    return user;
  };

  async function insert(tx: Tx, user: { name: string; role: RoleName; tenantId: string; by: string }) {
    const password = oneTimePassword();
    const inserted = await store.insertUser(tx, {
      id: newId('user', clock.now()),
      tenantId: user.tenantId,
      name: user.name,
      role: user.role,
      passwordHash: await hashPassword(password),
      at: new Date(clock.now()),
    });
    if (!inserted) throw errors.NAME_TAKEN([user.name]);
    await note(tx, user.by, 'access.user_created', inserted, `${user.name} was added as ${user.role}.`);
    return { user: inserted, password };
  }

  return {
    async ensureAdmin() {
      if ((await store.countUsers(db.read)) > 0) return undefined;
      return db.transaction(async (tx) => {
        await store.lockUsers(tx);
        if ((await store.countUsers(tx)) > 0) return undefined;
        const made = await insert(tx, { name: 'admin', role: 'admin', tenantId: 'default', by: 'system:access' });
        return { name: made.user.name, password: made.password };
      });
    },
    list: (actor) => store.listUsers(db.read, actor.tenantId),
    create: (actor, user) => db.transaction((tx) => insert(tx, { ...user, tenantId: actor.tenantId, by: actor.id })),
    change: (actor, id, change) =>
      db.transaction(async (tx) => {
        await store.lockUsers(tx);
        const before = await ofTenant(tx, actor, id);
        const after = await store.changeUser(tx, id, {
          role: change.role ?? before.role,
          isDisabled: change.is_disabled ?? before.is_disabled,
        });
        if ((await store.countAdmins(tx, actor.tenantId)) === 0) throw errors.LAST_ADMIN([]);
        await deleteSessionsOf(tx, id);
        await note(tx, actor.id, 'access.user_changed', after, `${after.name} was changed.`, {
          role: after.role,
          is_disabled: after.is_disabled,
        });
        return after;
      }),
    resetPassword: (actor, id) =>
      db.transaction(async (tx) => {
        await ofTenant(tx, actor, id);
        const password = oneTimePassword();
        const user = await store.setPassword(tx, id, await hashPassword(password), true);
        await deleteSessionsOf(tx, id);
        await note(tx, actor.id, 'access.password_reset', user, `The password of ${user.name} was reset.`);
        return { user, password };
      }),
    async changePassword(actor, current, next) {
      const before = await store.userById(db.read, actor.id);
      if (!(await isPassword(current, before?.password_hash)) || !before) throw errors.WRONG_PASSWORD([]);
      const weakness = passwordWeakness(next, before.name, current);
      if (weakness !== undefined) throw errors.WEAK_PASSWORD([weakness]);
      const hash = await hashPassword(next);
      return db.transaction(async (tx) => {
        const user = await store.setPassword(tx, actor.id, hash, false);
        await deleteSessionsOf(tx, actor.id, actor.sessionHash);
        await note(tx, actor.id, 'access.password_changed', user, `${user.name} changed the password.`);
        return user;
      });
    },
  };
}
