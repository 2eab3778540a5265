import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { newId } from '../../base/ids.ts';
import type { SourceInfo } from '../../schema/event.ts';
import { createPacker } from '../batch-body.ts';
import { errors } from '../errors.ts';
import type { Accept } from '../ingest.ts';
import { rawEvent } from '../raw-event.ts';

/** What a request says of itself. */
export interface EventRequest {
  source: SourceInfo;
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  idempotencyKey?: string | undefined;
  /** Address of the sender. */
  peerAddress?: string | undefined;
  /** Longest event in bytes: 64 KiB unless told. */
  maxEventBytes?: number;
}

export const defaultMaxEventBytes = 65_536;

/** Gathers the events of a request and keeps them with its answer, so that a repeated request gets the same answer once more. */
export function createRequestKeeper<T>(house: { accept: Accept; clock: Clock }, request: EventRequest) {
  const { idempotencyKey: key, source, peerAddress } = request;
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) throw errors.BAD_KEY([]);
  const packer = createPacker();
  const hash = createHash('sha256');
  const receivedAt = house.clock.now();
  const id = key ?? newId('request', receivedAt);
  return {
    /** Must see every byte of the body, for the key. */
    hash(bytes: Buffer): void {
      if (key !== undefined) hash.update(bytes);
    },
    add(bytes: Buffer, of: { line: number; uid?: string; truncatedFromBytes?: number | undefined }): void {
      const uid = of.uid ?? `${id}:${of.line}`;
      packer.add(rawEvent(bytes, { uid, receivedAt, truncatedFromBytes: of.truncatedFromBytes, peerAddress }));
    },
    /** Keeps everything in one commit. Throws INGEST.KEY_REUSED and what accept throws. */
    async keep(answer: T): Promise<{ answer: T; isRepeated: boolean }> {
      const packed = packer.finish();
      if (key === undefined) {
        if (packed.events.length > 0) await house.accept(source, packed.events, { bodies: packed.bodies });
        return { answer, isRepeated: false };
      }
      const receipt = { key, requestHash: hash.digest('hex'), answer: JSON.stringify(answer) };
      const acceptance = await house.accept(source, packed.events, { bodies: packed.bodies, receipt });
      if (acceptance.outcome === 'accepted') return { answer, isRepeated: false };
      if (acceptance.receipt.requestHash !== receipt.requestHash) throw errors.KEY_REUSED([key]);
      return { answer: JSON.parse(acceptance.receipt.answer), isRepeated: true };
    },
  };
}
