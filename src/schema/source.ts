import { z } from 'zod';
import { ChannelTrust } from './subject.ts';

/** What every source has, whatever brings its events. */
const common = {
  name: z
    .string()
    .min(1)
    .max(128)
    // Control characters would reach terminals and logs.
    .regex(/^[^\p{Cc}]+$/u, 'no control characters'),
  tenant_id: z.string().default('default'),
  site_id: z.string().default('default'),
  /** Name of the format that reads its lines; `auto` tries all for each line. */
  format: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .default('auto'),
  /** Ranges whose addresses only pass traffic on. */
  trusted_proxies: z.array(z.string().max(64)).max(1_000).default([]),
  /** IANA zone for times without one; empty: UTC. */
  time_zone: z.string().max(64).default(''),
  /** Seconds without an event after which the silence is a finding; 0: never. */
  quiet_after_s: z.int().min(0).max(31_536_000).default(0),
  is_demonstration: z.boolean().default(false),
};

/** Longest event in bytes; what is longer is cut and marked with the length it had. */
const maxEventBytes = z.int().min(256).max(1_048_576).default(65_536);
const listen = {
  /** Address to listen on. */
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535),
  max_event_bytes: maxEventBytes,
};
const connections = {
  max_connections: z.int().min(1).max(100_000).default(1_000),
  max_connections_per_peer: z.int().min(1).max(100_000).default(100),
};

/** A source as its owner writes it. */
export const SourceSettings = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('file'),
    /** Absolute path; `*` and `?` stand for any characters but the slash. */
    path: z.string().startsWith('/').max(4_096),
    /** Where a file begins that is there when the source first runs. Files that appear later are read from their beginning. */
    start_at: z.enum(['end', 'beginning']).default('end'),
    max_event_bytes: maxEventBytes,
    /** How often the disk is looked at when no change is told (network file systems, lost notifications). */
    poll_ms: z.int().min(50).max(60_000).default(1_000),
    /** How long a renamed or deleted file is still read after its last byte. */
    rotate_wait_ms: z.int().min(0).max(600_000).default(5_000),
  }),
  z.strictObject({ ...common, ...listen, kind: z.literal('syslog-udp') }),
  z.strictObject({ ...common, ...listen, ...connections, kind: z.literal('syslog-tcp') }),
  z.strictObject({
    ...common,
    ...listen,
    ...connections,
    kind: z.literal('syslog-tls'),
    cert_path: z.string(),
    key_path: z.string(),
    /** Certificates of the authorities whose clients count as authenticated. */
    client_ca_path: z.string().optional(),
    /** Refuse clients without such a certificate. */
    require_client_cert: z.boolean().default(false),
  }),
  z.strictObject({ ...common, kind: z.literal('http'), max_event_bytes: maxEventBytes }),
  z.strictObject({ ...common, kind: z.literal('replay'), max_event_bytes: maxEventBytes }),
  z.strictObject({
    ...common,
    kind: z.literal('demonstration'),
    path: z.string().startsWith('/').max(4_096),
  }),
  /** Firebreak's own events, such as a source that went quiet. */
  z.strictObject({ ...common, kind: z.literal('internal') }),
]);
export type SourceSettings = z.infer<typeof SourceSettings>;
export type SourceSettingsInput = z.input<typeof SourceSettings>;
export type SourceKind = SourceSettings['kind'];

export const SourceProblem = z.object({ code: z.string(), message: z.string(), fix: z.string() });
export type SourceProblem = z.infer<typeof SourceProblem>;

/** A source as it stands. */
export const Source = z.object({
  id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  name: z.string(),
  kind: z.string(),
  format: z.string(),
  settings: SourceSettings,
  channel_trust: ChannelTrust,
  trusted_proxies: z.array(z.string()),
  time_zone: z.string(),
  is_demonstration: z.boolean(),
  quiet_after_s: z.int(),
  quiet_since: z.date().nullable(),
  last_received_at: z.date().nullable(),
  event_count: z.int(),
  lost_count: z.int(),
  state: z.enum(['stopped', 'running', 'ended']),
  problem: SourceProblem.nullable(),
  started_at: z.date().nullable(),
  created_at: z.date(),
  removed_at: z.date().nullable(),
});
export type Source = z.infer<typeof Source>;
