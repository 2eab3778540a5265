import { isUtf8 } from 'node:buffer';
import type { RawEvent } from '../schema/event.ts';

/**
 * The event of some received bytes. What is no UTF-8, and NUL (which PostgreSQL's text cannot hold), becomes U+FFFD
 * and the event is marked binary.
 */
export function rawEvent(
  bytes: Buffer,
  of: { uid: string; receivedAt: number; truncatedFromBytes?: number | undefined; peerAddress?: string | undefined },
): RawEvent {
  let text = bytes.toString('utf8');
  let isBinary = !isUtf8(bytes);
  if (text.includes('\0')) {
    text = text.replaceAll('\0', '\uFFFD');
    isBinary = true;
  }
  const event: RawEvent = { uid: of.uid, raw_data: text, received_at: of.receivedAt };
  if (isBinary) event.is_binary = true;
  if (of.truncatedFromBytes !== undefined) event.truncated_from_bytes = of.truncatedFromBytes;
  if (of.peerAddress !== undefined) event.peer_address = of.peerAddress;
  return event;
}
