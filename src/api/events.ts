import { z } from 'zod';
import { route } from './route.ts';

/** The answer to a body of events: what happened to each line that was not accepted. */
export const EventsReceipt = z.object({
  accepted: z.int(),
  rejected: z.int(),
  /** At most 1,000 of them. `line` counts from 1. */
  errors: z.array(z.object({ line: z.int(), code: z.string(), message: z.string() })),
  /** True when the Idempotency-Key was seen before: nothing was added. */
  repeated: z.boolean(),
});
export type EventsReceipt = z.infer<typeof EventsReceipt>;

/** Bytes as they came, still compressed. */
const RawBody = z.union([z.string(), z.instanceof(Uint8Array)]);
const raw = { permission: 'event.write', body: RawBody, bodyType: 'raw' } as const;
const index = z.object({ index: z.string().min(1).max(255) });

export const postEvents = route({
  id: 'postEvents',
  method: 'POST',
  path: '/v1/events',
  summary:
    'Send events as NDJSON (gzip or zstd allowed): 10 MB compressed and 100 MB inflated at most. 503 with Retry-After while the database is away.',
  query: z.object({ source: z.string().max(200).optional() }),
  reply: EventsReceipt,
  ...raw,
});

/** Elastic's bulk answer, as far as its senders read it. */
export const BulkReply = z.object({
  took: z.int(),
  errors: z.boolean(),
  items: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
});
export type BulkReply = z.infer<typeof BulkReply>;

const JsonReply = z.record(z.string(), z.unknown());

export const greetElastic = route({
  id: 'greetElastic',
  method: 'GET',
  path: '/elastic',
  permission: 'event.write',
  summary: 'Who answers there.',
  reply: JsonReply,
});

/** GET: "there" for templates, policies and licence, so that nobody installs them. */
export const askElastic = route({
  id: 'askElastic',
  method: 'GET',
  path: '/elastic/*',
  permission: 'event.write',
  summary: 'What Beats, Logstash and Fluent Bit ask an Elasticsearch before they send. Point their output at /elastic.',
  reply: JsonReply,
});

export const putElastic = route({
  id: 'putElastic',
  method: 'PUT',
  path: '/elastic/*',
  permission: 'event.write',
  summary: 'Templates and policies are acknowledged and have no effect.',
  reply: JsonReply,
});

export const elasticBulk = route({
  id: 'elasticBulk',
  method: 'POST',
  path: '/elastic/_bulk',
  summary: "Elastic's bulk form, for Filebeat, Winlogbeat, Fluent Bit and Logstash.",
  reply: BulkReply,
  ...raw,
});

export const elasticIndexBulk = route({
  id: 'elasticIndexBulk',
  method: 'POST',
  path: '/elastic/:index/_bulk',
  summary: "Elastic's bulk form with the index in the path.",
  params: index,
  reply: BulkReply,
  ...raw,
});
