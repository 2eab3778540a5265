import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Format, ReadContext } from '../connector/index.ts';
import type { ClaimedBatch } from '../ingest/index.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import { matchEvent, type Matches } from './match-events.ts';
import { logonOf, type Logon } from './logon-of.ts';
import { formatsOf, lineReader } from './read-line.ts';
import type { Content } from './rules/content.ts';
import { wholeEvents, type WholeEvent } from './whole-events.ts';

export interface ReadBatches extends Matches {
  events: number;
  /** Events that their format did not read. */
  unparsed: number;
  /** Events or batches that could not be evaluated, said in the log. */
  failed: number;
  /** Logons over the network that succeeded, by senders that are known. */
  logons: Logon[];
}

export function contextOf(source: SourceInfo, raw: RawEvent): ReadContext {
  return {
    receivedAt: raw.received_at,
    timeZone: source.time_zone,
    channelTrust: source.channel_trust,
    trustedProxies: source.trusted_proxies,
    ...(raw.peer_address === undefined ? {} : { peerAddress: raw.peer_address }),
  };
}

/** Reads and evaluates every event. One that fails is told and passed over: it must not hold up the others for ever. */
export function readBatches(
  batches: readonly ClaimedBatch[],
  options: { content: Content; formats: ReadonlyMap<string, Format>; log: Log; now: Date },
): ReadBatches {
  const { content, formats, log, now } = options;
  const result: ReadBatches = {
    findings: [],
    candidates: [],
    incomplete: new Map(),
    events: 0,
    unparsed: 0,
    failed: 0,
    logons: [],
  };
  for (const batch of batches) {
    const { source } = batch;
    const readLine = lineReader(formats, source.format);
    let events: readonly WholeEvent[];
    try {
      events = wholeEvents(batch.events(), formatsOf(formats, source.format));
    } catch (error) {
      result.failed += 1;
      log.error(
        { batch: batch.id, error: messageOf(error) },
        'A batch cannot be read, so nothing in it was evaluated.',
      );
      continue;
    }
    result.events += events.length;
    for (const { index, raw } of events) {
      try {
        const line = readLine(raw.raw_data, contextOf(source, raw));
        if (!line) result.unparsed += 1;
        else {
          const event = { source, batchId: batch.id, index, raw, read: line.read };
          matchEvent(content, event, now, result);
          const logon = logonOf(event);
          if (logon) result.logons.push(logon);
        }
      } catch (error) {
        result.failed += 1;
        log.error(
          { batch: batch.id, index, source: source.source_id, error: messageOf(error) },
          'An event was not evaluated because of a fault of ours.',
        );
      }
    }
  }
  return result;
}
