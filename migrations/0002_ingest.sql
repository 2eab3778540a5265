-- Room ingest: where events come from, the durable batches they arrive in, and how far each source was read.

create table sources (
  id text primary key,
  tenant_id text not null default 'default',
  site_id text not null default 'default',
  name text not null,
  kind text not null,
  format text not null,
  -- SourceSettings of src/schema/source.ts.
  settings jsonb not null,
  channel_trust text not null check (channel_trust in ('authenticated', 'unauthenticated')),
  trusted_proxies text[] not null default '{}',
  time_zone text not null default '',
  is_demonstration boolean not null default false,
  -- Seconds without an event after which the silence is a finding; 0: never.
  quiet_after_s integer not null default 0 check (quiet_after_s >= 0),
  -- Set while the source is quiet, so that the transition is told once.
  quiet_since timestamptz,
  last_received_at timestamptz,
  event_count bigint not null default 0,
  lost_count bigint not null default 0,
  state text not null default 'stopped' check (state in ('stopped', 'running', 'ended')),
  -- {code, message, fix} of what stands in its way now.
  problem jsonb,
  -- Since when it runs in this process: silence before that is ours.
  running_since timestamptz,
  -- Number of its last reader: a reader that was killed in the middle of a commit must not write after the next began.
  reader integer not null default 0,
  -- When it ran for the first time: files that appear later are read from their beginning.
  started_at timestamptz,
  created_at timestamptz not null,
  removed_at timestamptz
) with (fillfactor = 50);
create unique index sources_name on sources (tenant_id, site_id, name) where removed_at is null;

create sequence event_batch_ids increment by 64;

-- Immutable. One partition a UTC day of received_at, attached ahead and dropped when past retention; rows are never deleted.
create table event_batches (
  id bigint not null,
  received_at timestamptz not null,
  tenant_id text not null,
  site_id text not null,
  source_id text not null,
  -- SourceInfo as it was when the batch was received.
  source jsonb not null,
  -- Version of the content it was read with.
  content_version text not null,
  event_count integer not null check (event_count > 0),
  -- Raw size of the body in bytes.
  body_bytes integer not null,
  -- NDJSON of RawEvent, zstd.
  body bytea not null,
  primary key (received_at, id)
) partition by range (received_at);
alter table event_batches alter column body set storage external;

-- What a consumer has not settled yet. Narrow, and rows leave it: autovacuum must keep up.
create table batch_claims (
  consumer text not null,
  batch_id bigint not null,
  received_at timestamptz not null,
  primary key (consumer, batch_id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index batch_claims_received on batch_claims (received_at);

-- How far a file was read; moved by the statement that writes its events.
create table positions (
  source_id text not null,
  -- device:inode:number, one for every content a name or an inode had.
  generation text not null,
  -- device:inode:birth of the file that carries it now; a copy may carry it on.
  file text not null,
  -- The live name it was read under.
  path text not null,
  byte_offset bigint not null check (byte_offset >= 0),
  -- Hashes of bytes up to the offset, as at:hash …: tells a reused inode, a refilled file and a copy from others.
  fingerprint text not null,
  updated_at timestamptz not null,
  primary key (source_id, generation)
) with (fillfactor = 50);

-- The answer that a keyed HTTP request got: the same key gets it again, and its events count once.
create table receipts (
  source_id text not null,
  idempotency_key text not null,
  -- SHA-256 of the request's bytes, so that a key is not used for something else.
  request_hash text not null,
  answer text not null,
  created_at timestamptz not null,
  primary key (source_id, idempotency_key)
);
create index receipts_created on receipts (created_at);
