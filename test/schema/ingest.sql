-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table batch_claims with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000)
  consumer text not null
  batch_id bigint not null
  received_at timestamp with time zone not null
  constraint batch_claims_pkey PRIMARY KEY (consumer, batch_id)
  CREATE INDEX batch_claims_received ON public.batch_claims USING btree (received_at)

create table event_batches partition by RANGE (received_at)
  id bigint not null
  received_at timestamp with time zone not null
  tenant_id text not null
  site_id text not null
  source_id text not null
  source jsonb not null
  content_version text not null
  event_count integer not null
  body_bytes integer not null
  body bytea not null storage e
  constraint event_batches_event_count_check CHECK ((event_count > 0))
  constraint event_batches_pkey PRIMARY KEY (received_at, id)

create table positions with (fillfactor=50)
  source_id text not null
  generation text not null
  file text not null
  path text not null
  byte_offset bigint not null
  fingerprint text not null
  updated_at timestamp with time zone not null
  constraint positions_byte_offset_check CHECK ((byte_offset >= 0))
  constraint positions_pkey PRIMARY KEY (source_id, generation)

create table receipts
  source_id text not null
  idempotency_key text not null
  request_hash text not null
  answer text not null
  created_at timestamp with time zone not null
  constraint receipts_pkey PRIMARY KEY (source_id, idempotency_key)
  CREATE INDEX receipts_created ON public.receipts USING btree (created_at)

create table sources with (fillfactor=50)
  id text not null
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  name text not null
  kind text not null
  format text not null
  settings jsonb not null
  channel_trust text not null
  trusted_proxies text[] not null default '{}'::text[]
  time_zone text not null default ''::text
  is_demonstration boolean not null default false
  quiet_after_s integer not null default 0
  quiet_since timestamp with time zone
  last_received_at timestamp with time zone
  event_count bigint not null default 0
  lost_count bigint not null default 0
  state text not null default 'stopped'::text
  problem jsonb
  running_since timestamp with time zone
  reader integer not null default 0
  started_at timestamp with time zone
  created_at timestamp with time zone not null
  removed_at timestamp with time zone
  constraint sources_channel_trust_check CHECK ((channel_trust = ANY (ARRAY['authenticated'::text, 'unauthenticated'::text])))
  constraint sources_pkey PRIMARY KEY (id)
  constraint sources_quiet_after_s_check CHECK ((quiet_after_s >= 0))
  constraint sources_state_check CHECK ((state = ANY (ARRAY['stopped'::text, 'running'::text, 'ended'::text])))
  CREATE UNIQUE INDEX sources_name ON public.sources USING btree (tenant_id, site_id, name) WHERE (removed_at IS NULL)
