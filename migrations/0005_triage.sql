-- What is known beforehand (room context) and incidents (room triage).

create table assets (
  tenant_id text not null default 'default',
  site_id text not null default 'default',
  id text not null,
  name text not null,
  owner text,
  -- domain_controller, backup, hypervisor, log_collector, jump_host, vpn, scanner, proxy, …: see src/context/asset.ts.
  roles text[] not null default '{}',
  importance smallint not null default 2 check (importance between 1 and 4),
  updated_at timestamptz not null,
  primary key (tenant_id, site_id, id)
);

-- The names and addresses an asset goes by.
create table asset_keys (
  tenant_id text not null,
  site_id text not null,
  -- 'ip' or 'host'; canonical text, hosts in lower case.
  type text not null check (type in ('ip', 'host')),
  value text not null,
  asset_id text not null,
  primary key (tenant_id, site_id, type, value),
  foreign key (tenant_id, site_id, asset_id) references assets (tenant_id, site_id, id) on delete cascade
);
create index asset_keys_by_asset on asset_keys (tenant_id, site_id, asset_id);

create table identities (
  tenant_id text not null default 'default',
  -- Lower case, as the directory writes it.
  name text not null,
  -- service, break_glass, admin.
  roles text[] not null default '{}',
  owner text,
  updated_at timestamptz not null,
  primary key (tenant_id, name)
);

create table indicators (
  tenant_id text not null default 'default',
  id text not null,
  -- 'ip', 'range', 'domain', 'url', 'hash', or 'pattern' for a STIX pattern that is no single comparison.
  type text not null,
  value text not null,
  source text not null,
  confidence smallint not null check (confidence between 0 and 100),
  valid_from timestamptz not null,
  valid_until timestamptz,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index indicators_by_value on indicators (tenant_id, type, value);

-- The last number given to an incident of the tenant.
create table incident_numbers (
  tenant_id text primary key,
  last_number bigint not null
);

create table incidents (
  id text primary key,
  -- Counted by tenant, without gaps.
  number bigint not null,
  tenant_id text not null default 'default',
  site_id text not null default 'default',
  title text not null,
  stage text not null check (stage in ('suspected', 'declared')),
  status text not null check (status in ('new', 'in_progress', 'on_hold', 'resolved', 'closed')),
  severity_id smallint not null,
  risk_score double precision not null,
  risk_terms jsonb not null,
  entity_type text not null,
  entity_value text not null,
  -- Why the incident is about this entity.
  entity_reason text not null,
  cause text not null,
  finding_count integer not null,
  event_count bigint not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  declared_at timestamptz,
  declared_by text,
  assignee text,
  verdict text,
  verdict_by text,
  is_demonstration boolean not null,
  -- The closed incident of the same entity and cause, or the one it was split from.
  former_incident_id text,
  -- Where its findings went when it was merged.
  merged_into_id text,
  revision integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  resolved_at timestamptz,
  closed_at timestamptz
);
create unique index incidents_by_number on incidents (tenant_id, number);
create index incidents_by_risk on incidents (tenant_id, risk_score desc, number desc);
create index incidents_open on incidents (tenant_id, updated_at desc) where status <> 'closed';

-- One open incident per entity and cause; an incident has its own pair and those of the findings that joined it.
create table incident_causes (
  incident_id text not null references incidents (id),
  tenant_id text not null,
  site_id text not null,
  entity_type text not null,
  entity_value text not null,
  cause text not null,
  is_open boolean not null,
  primary key (incident_id, entity_type, entity_value, cause)
);
create unique index incident_causes_one_open on incident_causes (tenant_id, site_id, entity_type, entity_value, cause)
  where is_open;
create index incident_causes_by_pair on incident_causes (tenant_id, site_id, entity_type, entity_value, cause);

create table incident_findings (
  incident_id text not null references incidents (id),
  finding_id text not null,
  -- False in the incidents that a finding belonged to before.
  is_current boolean not null,
  -- Why it is here, in one sentence.
  reason text not null,
  joined_by text not null,
  joined_at timestamptz not null,
  rule_id text not null,
  rule_title text not null,
  severity_id smallint not null,
  technique_ids text[] not null,
  entity_type text not null,
  entity_value text not null,
  cause text not null,
  -- Events of the finding that count here; over all its incidents they sum up to the finding's own count.
  event_count bigint not null,
  primary key (incident_id, finding_id)
);
create unique index incident_findings_one_current on incident_findings (finding_id) where is_current;
create index incident_findings_by_finding on incident_findings (finding_id);

-- Everybody and everything in an incident, by role.
create table entities (
  incident_id text not null references incidents (id),
  tenant_id text not null,
  site_id text not null,
  type text not null,
  -- As grouping counts it: an IPv6 actor is its /64.
  value text not null,
  role text not null,
  is_trusted boolean not null,
  importance smallint not null,
  asset_roles text[] not null,
  -- Claims of a finding that named it.
  times_seen bigint not null,
  last_finding_id text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (incident_id, type, value, role)
);
create index entities_by_value on entities (tenant_id, site_id, type, value, last_seen_at);
-- Those that can tie a finding to an incident, without reading what everybody attacks.
create index entities_acting on entities (tenant_id, site_id, type, value, last_seen_at) where role = 'actor';

-- What people, and nobody else, concluded.
create table verdicts (
  id text primary key,
  tenant_id text not null,
  incident_id text not null references incidents (id),
  verdict text not null,
  comment text not null,
  by text not null,
  at timestamptz not null,
  rule_ids text[] not null
);
create index verdicts_by_incident on verdicts (incident_id, at);
create index verdicts_by_rule on verdicts using gin (rule_ids);

-- Changes that respond has not taken yet.
create table incident_claims (
  id bigint primary key generated always as identity,
  incident_id text not null,
  change text not null check (change in ('opened', 'grew', 'updated', 'closed', 'verdict')),
  revision integer not null
);
create index incident_claims_by_incident on incident_claims (incident_id, id);
