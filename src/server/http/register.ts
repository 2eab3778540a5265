import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, Route } from '../../api/route.ts';
import { canonicalAddress } from '../../base/address.ts';
import { can, type Access, type Actor } from '../../access/index.ts';
import { errors } from '../errors.ts';
import { credentialsOf } from './credentials.ts';
import { isOwnOrigin, type OwnNames } from './origin.ts';

/** What a route's owner may give back: the reply with Dates where the wire has ISO text. */
export type Sendable<T> = T extends string
  ? T | Date
  : T extends readonly (infer I)[]
    ? readonly Sendable<I>[]
    : T extends object
      ? { readonly [K in keyof T]: Sendable<T[K]> }
      : T;

export interface Ask<R extends Route> {
  params: ParamsOf<R>;
  query: QueryOf<R>;
  body: BodyOf<R>;
  /** Absent only on public routes. */
  actor: R['permission'] extends 'public' ? Actor | undefined : Actor;
  /** Revision that the caller based the edit on. */
  revision: { revision: number } | object;
  /** Address of the peer. */
  address: string;
  request: FastifyRequest;
  reply: FastifyReply;
}

export type Answerer<R extends Route> = (ask: Ask<R>) => Promise<Sendable<ReplyOf<R>>> | Sendable<ReplyOf<R>>;

/** A route with its owner: made by `on`, registered by `register`. */
export interface Owned {
  route: Route;
  answer: (ask: never) => unknown;
  /** Sends by itself (streams). */
  isHijacked?: true;
}

export function on<R extends Route>(route: R, answer: Answerer<R>): Owned {
  return { route, answer };
}

/** For replies that are no values: the owner sends by `ask.reply` and keeps the connection. */
export function onStream<R extends Route>(route: R, answer: (ask: Ask<R>) => Promise<void>): Owned {
  return { route, answer, isHijacked: true };
}

const unsafe = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Their answers carry secrets, which are never kept. */
const neverKept = new Set(['signIn', 'changePassword', 'createToken', 'createUser', 'resetPassword']);

/** Puts a route on the server: permission, origin, shape of the input, idempotency, ETag, shape of the output. */
export function register(app: FastifyInstance, room: { access: Access; ownNames: OwnNames }, owned: Owned): void {
  const { route } = owned;
  const answer = owned.answer as (ask: unknown) => unknown;
  const isRaw = route.bodyType === 'raw';
  app.route({
    method: route.method,
    url: route.path,
    ...(isRaw ? { config: { rateLimit: false } } : {}),
    // Before the body is read, so that a stranger cannot make us read it.
    async onRequest(request) {
      const credentials = credentialsOf(request.headers, request.cookies);
      const isBrowser = credentials.sessionToken !== undefined || request.headers.origin !== undefined;
      if (unsafe.has(route.method) && isBrowser && credentials.bearer === undefined) {
        if (!isOwnOrigin(request.headers.origin, request.headers.host, room.ownNames))
          throw errors.FOREIGN_ORIGIN([request.headers.origin ?? 'an unnamed origin']);
      }
      if (route.permission === 'public') return;
      const actor = await room.access.authenticate(credentials);
      if (!actor) throw errors.SIGN_IN_FIRST([]);
      if (!can(actor, route.permission))
        throw actor.mustChangePassword ? errors.CHANGE_PASSWORD_FIRST([]) : errors.NOT_PERMITTED([route.permission]);
      request.actor = actor;
    },
    async handler(request, reply) {
      const ask = {
        params: parsed(route.params, request.params, 'path'),
        query: parsed(route.query, request.query, 'query'),
        body: isRaw ? request.body : parsed(route.body, request.body, 'body'),
        actor: request.actor,
        revision: revisionIn(request.headers['if-match']),
        // A mapped address is the IPv4 address it carries.
        address: canonicalAddress(request.ip) ?? request.ip,
        request,
        reply,
      };
      if (owned.isHijacked) {
        await answer(ask);
        return reply;
      }
      return idempotent(room.access, route, request, reply, async () => {
        const value = await answer(ask);
        reply.code(reply.statusCode === 200 ? (route.status ?? 200) : reply.statusCode);
        return sent(route, request, reply, value);
      });
    },
  });
}

function parsed(schema: z.ZodType | undefined, value: unknown, place: string): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value ?? (place === 'body' ? undefined : {}));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const at = [place, ...(issue?.path ?? [])].join('.');
  throw errors.BAD_REQUEST([`${at}: ${issue?.message ?? 'wrong value'}`]);
}

function revisionIn(header: string | undefined): { revision: number } | object {
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header ?? '');
  if (match) return { revision: Number(match[1]) };
  if (header !== undefined && header !== '*') throw errors.CHANGED_MEANWHILE([]);
  return {};
}

/** Only what the route promises leaves the house: unknown fields are dropped here. */
function sent(route: Route, request: FastifyRequest, reply: FastifyReply, value: unknown): string {
  if (route.status === 204) {
    reply.code(204);
    return '';
  }
  if (route.replyType) {
    reply.type(`${route.replyType}; charset=utf-8`);
    return String(value);
  }
  const plain: unknown = JSON.parse(JSON.stringify(value));
  const text = JSON.stringify(route.reply.parse(plain));
  reply.type('application/json; charset=utf-8');
  if (route.revisioned) {
    const etag = `"${revisionOf(plain)}"`;
    reply.header('etag', etag);
    if (route.method === 'GET' && request.headers['if-none-match'] === etag) {
      reply.code(304);
      return '';
    }
  }
  return text;
}

/** Of the thing itself, or of the thing that a detail is about (its first field). */
function revisionOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if ('revision' in value && typeof value.revision === 'number') return value.revision;
  return revisionOf(Object.values(value)[0]);
}

async function idempotent(
  access: Access,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  run: () => Promise<string>,
): Promise<string> {
  const key = request.headers['idempotency-key'];
  const actor = request.actor;
  // Raw bodies have receipts of their own, committed with the events.
  if (
    typeof key !== 'string' ||
    !actor ||
    !unsafe.has(route.method) ||
    route.bodyType === 'raw' ||
    neverKept.has(route.id)
  )
    return run();
  if (key.length < 1 || key.length > 200) throw errors.BAD_REQUEST(['Idempotency-Key: 1 to 200 characters']);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([route.id, request.url, request.body ?? null]))
    .digest();
  const use = await access.idempotency.begin(actor.id, key, fingerprint);
  if (use.use === 'other_request') throw errors.KEY_USED([]);
  if (use.use === 'under_way') throw errors.KEY_UNDER_WAY([]);
  if (use.use === 'again') {
    reply.code(use.status).header('idempotency-replayed', 'true').type('application/json; charset=utf-8');
    return use.reply;
  }
  try {
    const text = await run();
    await access.idempotency.settle(actor.id, key, { status: reply.statusCode, reply: text });
    return text;
  } catch (error) {
    await access.idempotency.forget(actor.id, key).catch(() => {});
    throw error;
  }
}
