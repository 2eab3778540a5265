import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { errors } from '../errors.ts';
import type { Accept } from '../ingest.ts';
import type { SplitLine } from '../split-lines.ts';
import { inflateBody } from './inflate-body.ts';
import { createNumberedLines } from './receive-ndjson.ts';
import { createRequestKeeper, defaultMaxEventBytes, type EventRequest } from './request.ts';
import { whyNoObject } from './split-json.ts';

type Verb = 'create' | 'index' | 'update' | 'delete';

/** What became of one action, in the shape of Elasticsearch's bulk API. */
type BulkItem = Partial<Record<Verb, Record<string, unknown>>>;

export interface BulkAnswer {
  took: number;
  errors: boolean;
  items: BulkItem[];
}

const target = z.object({ _index: z.string().max(1_024).optional(), _id: z.string().max(512).nullish() });
const action = z.union([
  z.object({ create: target }),
  z.object({ index: target }),
  z.object({ update: target }),
  z.object({ delete: target }),
]);

const maxActions = 50_000;

/**
 * Keeps the documents of an Elasticsearch bulk request (create and index) and answers as Elasticsearch does: one item
 * per action, in order; a document that is no JSON object, and update and delete, get status 400. A line that is no
 * action makes the rest unreadable: INGEST.BULK_ACTION, nothing kept.
 */
export async function receiveElasticBulk(
  house: { accept: Accept; clock: Clock },
  body: AsyncIterable<Uint8Array>,
  request: EventRequest & { index?: string },
): Promise<{ answer: BulkAnswer; isRepeated: boolean }> {
  const keeper = createRequestKeeper<BulkAnswer>(house, request);
  const maxBytes = request.maxEventBytes ?? defaultMaxEventBytes;
  const lines = createNumberedLines(maxBytes);
  const startedAt = house.clock.now();
  const answer: BulkAnswer = { took: 0, errors: false, items: [] };
  let pending: { verb: Verb; index: string; id: string | undefined } | undefined;

  function answerTo(of: NonNullable<typeof pending>, line: number, problem?: string): void {
    const item = { _index: of.index, _id: of.id ?? String(line) };
    if (problem !== undefined) answer.errors = true;
    answer.items.push({
      [of.verb]:
        problem === undefined
          ? { ...item, _version: 1, result: 'created', _shards: shards, _seq_no: 0, _primary_term: 1, status: 201 }
          : { ...item, status: 400, error: { type: 'document_parsing_exception', reason: problem } },
    });
  }

  function take(split: SplitLine, line: number): void {
    if (pending) {
      const of = pending;
      pending = undefined;
      const problem = whyNoDocument(of.verb, split);
      if (problem === undefined) keeper.add(split.bytes, of.id === undefined ? { line } : { line, uid: of.id });
      answerTo(of, line, problem);
      return;
    }
    if (split.bytes.length === 0) return;
    if (answer.items.length >= maxActions) throw errors.TOO_MANY_EVENTS([maxActions]);
    const next = readAction(split, line, request.index ?? 'firebreak');
    if (next.verb === 'delete') answerTo(next, line, 'Events are never deleted here.');
    else pending = next;
  }

  for await (const chunk of inflateBody(body, request.contentEncoding)) {
    keeper.hash(chunk);
    for (const [split, line] of lines.push(chunk)) take(split, line);
  }
  for (const [split, line] of lines.end()) take(split, line);
  if (pending) answerTo(pending, 0, 'The document of the last action is missing.');
  answer.took = Math.max(0, house.clock.now() - startedAt);
  return keeper.keep(answer);
}

const shards = { total: 1, successful: 1, failed: 0 };

function whyNoDocument(verb: Verb, split: SplitLine): string | undefined {
  if (verb === 'update') return 'Events are never changed here: use create or index.';
  if (split.truncatedFromBytes !== undefined) return `The document has ${split.truncatedFromBytes} bytes: too long.`;
  return whyNoObject(split.bytes.toString('utf8'));
}

function readAction(split: SplitLine, line: number, index: string) {
  let value: unknown;
  try {
    value = JSON.parse(split.bytes.toString('utf8'));
  } catch (error) {
    throw errors.BULK_ACTION([line, messageOf(error)], { where: { line } });
  }
  const parsed = action.safeParse(value);
  if (!parsed.success)
    throw errors.BULK_ACTION([line, 'create, index, update or delete is missing.'], { where: { line } });
  const [entry] = Object.entries(parsed.data);
  const [verb, to] = z.tuple([z.enum(['create', 'index', 'update', 'delete']), target]).parse(entry);
  return { verb, index: to._index ?? index, id: to._id ?? undefined };
}
