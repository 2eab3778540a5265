-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table finding_claims
  finding_id text not null
  revision bigint not null
  constraint finding_claims_pkey PRIMARY KEY (finding_id, revision)

create table findings
  id text not null
  tenant_id text not null
  site_id text not null
  rule_id text not null
  rule_title text not null
  rule_version text not null
  severity_id integer not null
  status_id integer not null
  message text not null
  cause text not null
  attacks jsonb not null
  false_positives jsonb not null
  subjects jsonb not null
  group_key text not null
  source_ids jsonb not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  event_count bigint not null
  evidence jsonb not null
  is_demonstration boolean not null
  revision bigint not null
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  constraint findings_pkey PRIMARY KEY (id)
  CREATE INDEX findings_created ON public.findings USING btree (created_at DESC, id DESC)
  CREATE INDEX findings_rule ON public.findings USING btree (rule_id, created_at DESC)

create table firsts
  tenant_id text not null
  site_id text not null
  fact_hash text not null
  first_seen_at timestamp with time zone not null
  first_event text not null
  last_seen_at timestamp with time zone not null
  constraint firsts_pkey PRIMARY KEY (tenant_id, site_id, fact_hash)
  CREATE INDEX firsts_last_seen ON public.firsts USING btree (last_seen_at)

create table logons
  tenant_id text not null
  site_id text not null
  address inet not null
  user_name text not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  constraint logons_pkey PRIMARY KEY (tenant_id, address, user_name, site_id)
  CREATE INDEX logons_last_seen ON public.logons USING btree (last_seen_at)

create table matches
  id bigint not null generated always as identity
  partition integer not null
  rule_id text not null
  group_key text not null
  time timestamp with time zone not null
  item jsonb not null
  constraint matches_pkey PRIMARY KEY (id)
  CREATE INDEX matches_partition ON public.matches USING btree (partition, id)

create table partition_workers
  worker text not null
  seen_at timestamp with time zone not null
  constraint partition_workers_pkey PRIMARY KEY (worker)

create table partitions
  partition integer not null
  owner text
  epoch bigint not null default 0
  lease_until timestamp with time zone
  constraint partitions_pkey PRIMARY KEY (partition)

create table rules
  file text not null
  document integer not null
  kind text not null
  rule_id text
  title text not null
  level text
  status text
  description text
  technique_ids jsonb not null
  is_reporting boolean not null
  hash text not null
  is_loaded boolean not null
  problems jsonb not null
  loaded_at timestamp with time zone not null
  constraint rules_kind_check CHECK ((kind = ANY (ARRAY['rule'::text, 'correlation'::text, 'filter'::text, 'unreadable'::text])))
  constraint rules_pkey PRIMARY KEY (file, document)

create table windows
  rule_id text not null
  group_hash text not null
  partition integer not null
  group_key text not null
  state jsonb not null
  entry_count integer not null
  has_episode boolean not null
  touched_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  due_at timestamp with time zone
  sender text not null
  created_at timestamp with time zone not null
  constraint windows_pkey PRIMARY KEY (rule_id, group_hash)
  CREATE INDEX windows_due ON public.windows USING btree (due_at) WHERE (due_at IS NOT NULL)
  CREATE INDEX windows_eviction ON public.windows USING btree (rule_id, has_episode, entry_count, touched_at)
  CREATE INDEX windows_expires ON public.windows USING btree (expires_at)
