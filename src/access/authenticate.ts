import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Database } from '../db/index.ts';
import { Permission } from '../schema/permission.ts';
import type { Actor } from './actor.ts';
import { permissionsOf } from './roles.ts';
import type { UserWithHash } from './rows.ts';
import { hashSecret } from './secret.ts';
import { liveSession, touchSession } from './store/sessions.ts';
import { liveToken, touchToken } from './store/tokens.ts';
import { userById } from './store/users.ts';

export const idleMs = 4 * 3_600_000;
export const absoluteMs = 24 * 3_600_000;
const touchEveryMs = 60_000;

export interface Credentials {
  sessionToken?: string | undefined;
  bearer?: string | undefined;
}

/** The credential that the server writes for its owner's terminal at start. */
export interface LocalCredential {
  secret: string;
  /** `cli:<os user>` */
  actor: string;
}

export function actorOf(user: Omit<UserWithHash, 'password_hash'>, session: { hash: Buffer; expiresAt: Date }): Actor {
  return {
    id: user.id,
    name: user.name,
    tenantId: user.tenant_id,
    kind: 'user',
    role: user.role,
    permissions: permissionsOf[user.role],
    mustChangePassword: user.must_change_password,
    expiresAt: session.expiresAt,
    sessionHash: session.hash,
  };
}

/** Who presents these credentials; undefined: nobody we know. A bearer token, when there is one, counts alone. */
export async function authenticate(
  room: { db: Database; clock: Clock; local: LocalCredential | undefined },
  credentials: Credentials,
): Promise<Actor | undefined> {
  const { db, clock } = room;
  const now = new Date(clock.now());
  if (credentials.bearer !== undefined) {
    const hash = hashSecret(credentials.bearer);
    if (room.local && timingSafeEqual(hash, hashSecret(room.local.secret))) return localActor(room.local);
    const token = await liveToken(db.read, hash, now);
    if (!token) return undefined;
    if (isOlder(token.last_used_at, clock)) await touchToken(db.read, token.id, now);
    return {
      id: token.id,
      name: token.name,
      tenantId: token.tenant_id,
      kind: 'token',
      role: null,
      permissions: new Set(token.scopes),
      mustChangePassword: false,
      expiresAt: token.expires_at,
    };
  }
  if (credentials.sessionToken === undefined) return undefined;
  const hash = hashSecret(credentials.sessionToken);
  const session = await liveSession(db.read, hash, now, new Date(clock.now() - idleMs));
  const user = session && (await userById(db.read, session.user_id));
  if (!session || !user || user.is_disabled) return undefined;
  if (isOlder(session.last_seen_at, clock)) await touchSession(db.read, hash, now);
  return actorOf(user, { hash, expiresAt: session.expires_at });
}

function localActor(local: LocalCredential): Actor {
  return {
    id: local.actor,
    name: local.actor,
    tenantId: 'default',
    kind: 'local',
    role: 'admin',
    permissions: new Set(Permission.options),
    mustChangePassword: false,
    expiresAt: null,
  };
}

function isOlder(at: Date | null, clock: Clock): boolean {
  return at === null || clock.now() - at.getTime() > touchEveryMs;
}
