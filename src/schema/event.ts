import { z } from 'zod';
import { ChannelTrust } from './subject.ts';

/** One raw event as it lies in a batch: the bytes as received (as text) and where it came from. */
export const RawEvent = z.object({
  /** Unique in its source: `generation:offset` for files, `connection:sequence` for streams, or the sender's id. */
  uid: z.string().max(512),
  /** The line or record, without its line end. Bytes that are no UTF-8 are replaced by U+FFFD and `is_binary` is set. */
  raw_data: z.string(),
  is_binary: z.literal(true).optional(),
  /** Cut to the size limit; the length in bytes it had. */
  truncated_from_bytes: z.int().optional(),
  /** Epoch ms at which it arrived here. */
  received_at: z.int(),
  /** What the transport says of the sender: an address for syslog and HTTP. */
  peer_address: z.string().optional(),
});
export type RawEvent = z.infer<typeof RawEvent>;

/** Where a raw event lies: evidence refers to it by this. */
export const EventReference = z.object({ batch_id: z.int(), index: z.int(), source_id: z.string(), uid: z.string() });
export type EventReference = z.infer<typeof EventReference>;

/** What is known of the source of a batch; stands in the batch's row. */
export const SourceInfo = z.object({
  source_id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  /** Name of the format that reads its lines (connectors). */
  format: z.string(),
  channel_trust: ChannelTrust,
  /** Ranges whose addresses only pass traffic on (proxies, CDNs): never actor. */
  trusted_proxies: z.array(z.string()),
  /** IANA zone for times without one; empty: UTC. */
  time_zone: z.string(),
  is_demonstration: z.boolean(),
});
export type SourceInfo = z.infer<typeof SourceInfo>;
