import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance } from 'fastify';
import { canonicalAddress, sourceKeyOf } from '../../base/address.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Access, Actor } from '../../access/index.ts';
import { errors } from '../errors.ts';
import type { OwnNames } from './origin.ts';
import { problemOf } from './problem.ts';
import { register, type Owned } from './register.ts';
import { securityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that is not public. */
    actor?: Actor;
  }
}

export interface HttpOptions {
  access: Access;
  clock: Clock;
  log: Log;
  ownNames: OwnNames;
  tls?: { cert: Buffer; key: Buffer };
  /** Requests a minute and address, events and block lists apart. */
  requestsPerMinute?: number;
  owned: readonly Owned[];
  /** Adds what is no API: the console's files. */
  pages?: (app: FastifyInstance) => Promise<void>;
}

/** The HTTP side, not yet listening. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, clock } = options;
  const app = fastify({
    logger: false,
    bodyLimit: 1_024 * 1_024,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    forceCloseConnections: true,
    genReqId: () => newId('request', clock.now()),
    // Routes are checked and written by zod: fastify's own validator and serializer are not loaded.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    ...(options.tls ? { https: { ...options.tls, minVersion: 'TLSv1.2' as const } } : {}),
  }) as unknown as FastifyInstance;

  app.setErrorHandler((error, request, reply) => {
    const { status, problem, retryAfterS } = problemOf(error, request.id);
    if (status === 500)
      log.error(
        {
          request: request.id,
          method: request.method,
          path: request.routeOptions.url,
          error: messageOf(error),
          stack: error instanceof Error ? error.stack : undefined,
        },
        'A request failed by a bug of ours.',
      );
    if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
    return reply.code(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
  });
  app.setNotFoundHandler((request) => {
    throw errors.NO_SUCH_PATH([request.method, request.url.split('?')[0] ?? '']);
  });

  await app.register(helmet, securityHeaders(options.tls !== undefined));
  await app.register(cookie);
  await app.register(rateLimit, {
    max: options.requestsPerMinute ?? 1_200,
    timeWindow: 60_000,
    keyGenerator: (request) => sourceKeyOf(canonicalAddress(request.ip) ?? request.ip),
    // The terminal and the probes of this machine are not slowed down by a browser on it.
    allowList: (request) => request.url.startsWith('/v1/health'),
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/v1/') || request.url.startsWith('/elastic')) {
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    }
  });

  await app.register(async (api) => {
    for (const owned of options.owned.filter(({ route }) => route.bodyType !== 'raw')) register(api, options, owned);
  });
  await app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    // Handed on as it flows: whoever reads it bounds it, compressed and inflated.
    raw.addContentTypeParser('*', (_request, body, done) => done(null, body));
    for (const owned of options.owned.filter(({ route }) => route.bodyType === 'raw')) register(raw, options, owned);
  });
  await options.pages?.(app);
  return app;
}

function noCompiler(): never {
  throw new Error('A route has a fastify schema; describe it in src/api and let zod check it.');
}
