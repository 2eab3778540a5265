import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { askElastic, elasticBulk, elasticIndexBulk, greetElastic, postEvents, putElastic } from '../../api/events.ts';
import type { Actor } from '../../access/index.ts';
import type { Clock } from '../../base/clock.ts';
import {
  elasticGreeting,
  infoOf,
  receiveElasticBulk,
  receiveNdjson,
  type EventRequest,
  type Ingest,
} from '../../ingest/index.ts';
import { errors } from '../errors.ts';
import { on, type Owned } from '../http/register.ts';

/** The source of senders that name none: one for each tenant, made when it is first needed. */
const defaultName = 'http';

export function eventRoutes(room: { ingest: Ingest; clock: Clock }): Owned[] {
  const { ingest } = room;

  async function sourceFor(actor: Actor, named: string | undefined) {
    const name = named ?? defaultName;
    const known = (await ingest.sources.list()).find(
      (source) => source.tenant_id === actor.tenantId && (source.id === name || source.name === name),
    );
    if (known && known.kind !== 'http') throw errors.BAD_REQUEST([`The source "${name}" is no HTTP source.`]);
    if (known) return known;
    if (named !== undefined) throw errors.NO_SUCH_THING(['source', named]);
    const made = await ingest.sources.add(
      { kind: 'http', name: defaultName, tenant_id: actor.tenantId },
      `source--http-${actor.tenantId}`,
    );
    await ingest.startSource(made.id);
    return made;
  }

  const requestOf = async (actor: Actor, request: FastifyRequest, source?: string): Promise<EventRequest> => {
    const key = request.headers['idempotency-key'];
    const known = await sourceFor(actor, source);
    const settings = known.settings;
    return {
      source: infoOf(known),
      contentType: request.headers['content-type'],
      contentEncoding: request.headers['content-encoding'],
      idempotencyKey: typeof key === 'string' ? key : undefined,
      peerAddress: request.ip,
      ...(settings.kind === 'http' ? { maxEventBytes: settings.max_event_bytes } : {}),
    };
  };
  const house = { accept: ingest.accept, clock: room.clock };
  const bodyOf = (body: unknown): AsyncIterable<Uint8Array> => (body instanceof Readable ? body : Readable.from([]));

  const bulk = async (
    ask: { actor: Actor; body: unknown; request: FastifyRequest; reply: FastifyReply },
    index?: string,
  ) => {
    const request = await requestOf(ask.actor, ask.request);
    const { answer } = await receiveElasticBulk(house, bodyOf(ask.body), {
      ...request,
      ...(index === undefined ? {} : { index }),
    });
    ask.reply.header('x-elastic-product', 'Elasticsearch');
    return answer;
  };
  const greeting = (request: FastifyRequest, reply: FastifyReply) => {
    const path = (request.url.split('?')[0] ?? '').replace(/^\/elastic\/?/, '/');
    const known = elasticGreeting(request.method, path);
    if (!known) throw errors.NO_SUCH_PATH([request.method, request.url]);
    reply.code(known.status).headers(known.headers);
    return (known.body ?? {}) as Record<string, unknown>;
  };

  return [
    on(postEvents, async ({ body, query, actor, request }) => {
      const { answer, isRepeated } = await receiveNdjson(
        house,
        bodyOf(body),
        await requestOf(actor, request, query.source),
      );
      return {
        accepted: answer.accepted,
        rejected: answer.rejected,
        errors: answer.errors.map(({ line, reason }) => ({ line, code: 'INGEST.LINE', message: reason })),
        repeated: isRepeated,
      };
    }),
    on(elasticBulk, (ask) => bulk(ask)),
    on(elasticIndexBulk, (ask) => bulk(ask, ask.params.index)),
    on(greetElastic, ({ request, reply }) => greeting(request, reply)),
    on(askElastic, ({ request, reply }) => greeting(request, reply)),
    on(putElastic, ({ request, reply }) => greeting(request, reply)),
  ];
}
