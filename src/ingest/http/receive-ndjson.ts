import type { Clock } from '../../base/clock.ts';
import { errors } from '../errors.ts';
import type { Accept } from '../ingest.ts';
import { createLineSplitter, type SplitLine } from '../split-lines.ts';
import { inflateBody } from './inflate-body.ts';
import { createRequestKeeper, defaultMaxEventBytes, type EventRequest } from './request.ts';
import { splitJsonArray, whyNoObject } from './split-json.ts';

/** What became of each line of a request. Lines count from 1, elements of a JSON array too. */
export interface EventsAnswer {
  accepted: number;
  rejected: number;
  /** The refused lines, the first 1,000 of them. */
  errors: { line: number; reason: string }[];
}

const maxErrors = 1_000;
const maxEvents = 1_000_000;
/** A JSON document must be read as a whole; NDJSON and text are not. */
const maxDocumentBytes = 10_000_000;

/**
 * Keeps the events of a body: NDJSON, one JSON object, a JSON array of objects, or lines of text (text/plain). A line
 * that is no JSON object is refused with its number; the others are kept, all in one commit. Throws INGEST.* for a
 * body of which nothing was kept.
 */
export async function receiveNdjson(
  house: { accept: Accept; clock: Clock },
  body: AsyncIterable<Uint8Array>,
  request: EventRequest,
): Promise<{ answer: EventsAnswer; isRepeated: boolean }> {
  const keeper = createRequestKeeper<EventsAnswer>(house, request);
  const maxBytes = request.maxEventBytes ?? defaultMaxEventBytes;
  const answer: EventsAnswer = { accepted: 0, rejected: 0, errors: [] };
  const type = (request.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

  function refuse(line: number, reason: string): void {
    answer.rejected += 1;
    if (answer.errors.length < maxErrors) answer.errors.push({ line, reason });
  }

  function object(bytes: Buffer, line: number): void {
    if (bytes.length > maxBytes) return refuse(line, `longer than ${maxBytes} bytes`);
    const reason = whyNoObject(bytes.toString('utf8'));
    if (reason !== undefined) return refuse(line, reason);
    keeper.add(bytes, { line });
    answer.accepted += 1;
  }

  function line(split: SplitLine, number: number, isText: boolean): void {
    if (split.bytes.length === 0) return;
    if (answer.accepted + answer.rejected >= maxEvents) throw errors.TOO_MANY_EVENTS([maxEvents]);
    if (isText) {
      keeper.add(split.bytes, { line: number, truncatedFromBytes: split.truncatedFromBytes });
      answer.accepted += 1;
    } else if (split.truncatedFromBytes !== undefined)
      refuse(number, `${split.truncatedFromBytes} bytes, longer than ${maxBytes}`);
    else object(split.bytes, number);
  }

  const chunks = inflateBody(body, request.contentEncoding);
  if (type === 'application/json' || type === '') {
    const whole = await wholeBody(chunks);
    keeper.hash(whole);
    const text = whole.toString('utf8');
    const elements = splitJsonArray(text);
    if (elements) for (const [index, element] of elements.entries()) object(Buffer.from(element), index + 1);
    else if (text.trimStart().startsWith('{') && whyNoObject(text) === undefined) object(Buffer.from(text.trim()), 1);
    // Lines under the name of JSON, as many senders write them; without a type, text.
    else
      for (const [split, number] of linesOf([whole], maxBytes))
        line(split, number, type === '' && !/^\s*[{[]/.test(text));
  } else {
    const lines = createNumberedLines(maxBytes);
    for await (const chunk of chunks) {
      keeper.hash(chunk);
      for (const [split, number] of lines.push(chunk)) line(split, number, type === 'text/plain');
    }
    for (const [split, number] of lines.end()) line(split, number, type === 'text/plain');
  }
  return keeper.keep(answer);
}

async function wholeBody(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxDocumentBytes) throw errors.BODY_TOO_LARGE(['10 MB as one JSON document']);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Lines with their numbers from 1. */
export function createNumberedLines(maxBytes: number) {
  const splitter = createLineSplitter(maxBytes);
  let count = 0;
  const numbered = (lines: SplitLine[]): [SplitLine, number][] =>
    lines.map((split) => {
      count += 1;
      return [split, count];
    });
  return {
    push: (chunk: Buffer) => numbered(splitter.push(chunk)),
    end() {
      const last = splitter.flush();
      return last ? numbered([last]) : [];
    },
  };
}

function linesOf(chunks: readonly Buffer[], maxBytes: number): [SplitLine, number][] {
  const lines = createNumberedLines(maxBytes);
  return [...chunks.flatMap((chunk) => lines.push(chunk)), ...lines.end()];
}
