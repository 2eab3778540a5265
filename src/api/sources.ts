import { z } from 'zod';
import { ChannelTrust } from '../schema/subject.ts';
import { route } from './route.ts';
import { Id, Iso, Nothing } from './wire.ts';

const SourceKind = z.enum(['file', 'syslog-udp', 'syslog-tcp', 'syslog-tls', 'http']);

export const WireSource = z.object({
  id: Id,
  name: z.string(),
  kind: z.string(),
  /** Path, address and port, or the HTTP path to post to. */
  address: z.string(),
  format: z.string(),
  channel_trust: ChannelTrust,
  /** What is promised for it: 'at least once', 'best effort, loss counted'. */
  guarantee: z.string(),
  is_demonstration: z.boolean(),
  /** 'reading', 'waiting', 'quiet', 'failed', 'off'. */
  state: z.string(),
  /** Why it failed, and what to do. Empty when all is well. */
  detail: z.string(),
  event_count: z.int(),
  lost_count: z.int(),
  last_event_at: Iso.nullable(),
  created_at: Iso,
});
export type WireSource = z.infer<typeof WireSource>;

/** The bundled demonstration: an attack of our own making and what was done about it. */
export const Demonstration = z.object({
  state: z.enum(['absent', 'starting', 'running', 'done', 'failed']),
  /** nftables: packets are really dropped, in namespaces of its own; recorder: it is only written down. */
  enforcement: z.enum(['nftables', 'recorder']).nullable(),
  detail: z.string(),
  source_id: Id.nullable(),
});
export type Demonstration = z.infer<typeof Demonstration>;

export const listSources = route({
  id: 'listSources',
  method: 'GET',
  path: '/v1/sources',
  permission: 'source.read',
  summary: 'Where events come from, with state, lag and loss.',
  reply: z.object({ items: z.array(WireSource) }),
});

export const addSource = route({
  id: 'addSource',
  method: 'POST',
  path: '/v1/sources',
  permission: 'source.manage',
  summary: 'Add a file, a syslog port or an HTTP sender.',
  body: z.object({
    kind: SourceKind,
    name: z.string().trim().min(1).max(100),
    /** file: absolute path; syslog: `host:port`; http: left out. */
    address: z.string().max(1_000).default(''),
    /** Name of a format, or 'auto'. */
    format: z.string().max(100).default('auto'),
    /** syslog-tls: files with our certificate and key, and the authorities whose clients count as authenticated. */
    cert_path: z.string().max(1_000).optional(),
    key_path: z.string().max(1_000).optional(),
    client_ca_path: z.string().max(1_000).optional(),
    trusted_proxies: z.array(z.string().max(100)).max(1_000).default([]),
    time_zone: z.string().max(100).default(''),
    /** file: read what is there already, too. */
    from_start: z.boolean().default(false),
  }),
  reply: WireSource,
  status: 201,
});

export const removeSource = route({
  id: 'removeSource',
  method: 'DELETE',
  path: '/v1/sources/:id',
  permission: 'source.manage',
  summary: 'Stop reading a source. Its events and findings stay.',
  params: z.object({ id: Id }),
  reply: Nothing,
  status: 204,
});

export const getDemonstration = route({
  id: 'getDemonstration',
  method: 'GET',
  path: '/v1/demonstration',
  permission: 'source.read',
  summary: 'State of the bundled demonstration.',
  reply: Demonstration,
});

export const startDemonstration = route({
  id: 'startDemonstration',
  method: 'POST',
  path: '/v1/demonstration',
  permission: 'source.manage',
  summary: 'Start the demonstration, or start it again.',
  reply: Demonstration,
  status: 202,
});

export const removeDemonstration = route({
  id: 'removeDemonstration',
  method: 'DELETE',
  path: '/v1/demonstration',
  permission: 'source.manage',
  summary: 'Remove the demonstration with its source, network and containments.',
  reply: Demonstration,
});
