-- Room detect: rules as loaded, correlation windows, findings and their claims.

create table rules (
  file text not null,
  -- Position of the document in its file, from 0.
  document integer not null,
  kind text not null check (kind in ('rule', 'correlation', 'filter', 'unreadable')),
  rule_id text,
  title text not null,
  level text,
  status text,
  description text,
  technique_ids jsonb not null,
  -- Makes findings of its own; false for what only feeds a correlation.
  is_reporting boolean not null,
  hash text not null,
  is_loaded boolean not null,
  -- [{code, message, fix, line, column}]
  problems jsonb not null,
  loaded_at timestamptz not null,
  primary key (file, document)
);

create table partitions (
  partition integer primary key,
  owner text,
  -- Grows with every change of owner: what an owner of an older epoch wrote is refused.
  epoch bigint not null default 0,
  lease_until timestamptz
);
insert into partitions (partition) select generate_series(0, 15);

-- Workers that take part, so that each holds its share of the partitions.
create table partition_workers (
  worker text primary key,
  seen_at timestamptz not null
);

-- Matches whose window another worker owns. Rows are deleted by the transaction that counts them.
create table matches (
  id bigint generated always as identity primary key,
  partition integer not null,
  rule_id text not null,
  group_key text not null,
  time timestamptz not null,
  item jsonb not null
);
create index matches_partition on matches (partition, id);

create table windows (
  rule_id text not null,
  -- Tenant, site and group values, hashed: a group value can be long.
  group_hash text not null,
  partition integer not null,
  group_key text not null,
  state jsonb not null,
  entry_count integer not null,
  has_episode boolean not null,
  touched_at timestamptz not null,
  -- Arrival time after which no event can need it.
  expires_at timestamptz not null,
  primary key (rule_id, group_hash)
);
create index windows_expires on windows (expires_at);
create index windows_eviction on windows (rule_id, has_episode, entry_count, touched_at);

-- Value combinations seen before (an account and the source it logs in from), whatever rule asks.
create table firsts (
  tenant_id text not null,
  site_id text not null,
  fact_hash text not null,
  first_seen_at timestamptz not null,
  -- Source and uid of the event that was first.
  first_event text not null,
  last_seen_at timestamptz not null,
  primary key (tenant_id, site_id, fact_hash)
);
create index firsts_last_seen on firsts (last_seen_at);

-- Who logged on from where over the network, successfully: the guard asks before it denies an address.
create table logons (
  tenant_id text not null,
  site_id text not null,
  -- An IPv6 source is its /64.
  address inet not null,
  user_name text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (tenant_id, address, user_name, site_id)
);
create index logons_last_seen on logons (last_seen_at);

create table findings (
  id text primary key,
  tenant_id text not null,
  site_id text not null,
  rule_id text not null,
  rule_title text not null,
  rule_version text not null,
  severity_id integer not null,
  status_id integer not null,
  message text not null,
  cause text not null,
  attacks jsonb not null,
  false_positives jsonb not null,
  subjects jsonb not null,
  group_key text not null,
  source_ids jsonb not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  event_count bigint not null,
  evidence jsonb not null,
  is_demonstration boolean not null,
  revision bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index findings_created on findings (created_at desc, id desc);
create index findings_rule on findings (rule_id, created_at desc);

-- What triage has not yet acted on. Insert-only for detect, so that neither waits for the other.
create table finding_claims (
  finding_id text not null,
  revision bigint not null,
  primary key (finding_id, revision)
);
