-- Containments as a desired state, where they are enforced, what may be contained without asking, and what never is.

create table containments (
  id text primary key,
  tenant_id text not null default 'default',
  site_id text not null default 'default',
  kind text not null,
  -- Canonical address, /64 of an IPv6 source, or range.
  target text not null,
  status text not null,
  level text not null,
  reason text not null,
  decision jsonb not null,
  -- What was asked, for deciding again when a person approves.
  request jsonb not null,
  requested_by text not null,
  incident_id text,
  rule_id text,
  playbook_id text,
  step_id text,
  execution_id text,
  occasion integer not null default 0,
  verification jsonb not null,
  escalation integer not null default 0,
  duration_s integer not null check (duration_s > 0),
  refire_count integer not null default 0,
  -- A person said that this hit the wrong one: never counts for escalation.
  is_wrong boolean not null default false,
  is_demonstration boolean not null default false,
  created_at timestamptz not null,
  ordered_at timestamptz,
  in_force_at timestamptz,
  -- Nothing that is enforced is without an end.
  expires_at timestamptz,
  released_at timestamptz,
  release_reason text,
  released_by text,
  approval_reason text,
  approved_by text,
  adopted_at timestamptz,
  revision integer not null default 1,
  check (status not in ('ordered', 'in_force', 'uncertain', 'unverifiable') or expires_at is not null)
);
create index containments_by_target on containments (tenant_id, target, created_at desc);
create index containments_by_incident on containments (incident_id, created_at) where incident_id is not null;
create index containments_by_time on containments (tenant_id, created_at desc, id desc);
create index containments_live on containments (expires_at)
  where status in ('proposed', 'awaiting_approval', 'ordered', 'in_force', 'uncertain', 'unverifiable', 'releasing');
create index containments_releasing on containments (id) where status = 'releasing';
create index containments_by_rule on containments (tenant_id, rule_id, kind, created_at desc) where rule_id is not null;

create table enforcement_points (
  id text primary key,
  tenant_id text not null default 'default',
  site_id text not null default 'default',
  host text not null,
  kind text not null,
  level text not null,
  is_demonstration boolean not null default false,
  -- The server that drives it: a higher epoch fences a lower one.
  epoch integer not null default 0,
  holder text,
  leased_until timestamptz,
  last_seen_at timestamptz,
  is_connected boolean not null default false,
  detail text not null default '',
  created_at timestamptz not null,
  retired_at timestamptz
);

create table enforcements (
  containment_id text not null references containments (id) on delete cascade,
  point_id text not null references enforcement_points (id),
  tenant_id text not null default 'default',
  state text not null default 'pending',
  applied_at timestamptz,
  repairs integer not null default 0,
  dropped_packets bigint not null default 0,
  detail text not null default '',
  primary key (containment_id, point_id)
);
create index enforcements_open on enforcements (point_id) where state <> 'released';
create index enforcements_pending on enforcements (point_id) where state = 'pending';

create table budgets (
  tenant_id text not null default 'default',
  name text not null,
  -- The hour it counts.
  starts_at timestamptz not null,
  used integer not null,
  -- What it was limited to when last used.
  cap integer not null,
  primary key (tenant_id, name, starts_at)
);

create table armings (
  tenant_id text not null default 'default',
  rule_id text not null,
  action text not null,
  level text not null,
  armed_by text not null,
  armed_at timestamptz not null,
  shadow_seen integer not null,
  primary key (tenant_id, rule_id, action)
);

-- The owner's list.
create table protected_entities (
  tenant_id text not null default 'default',
  range text not null,
  reason text not null,
  protected_by text not null,
  protected_at timestamptz not null,
  primary key (tenant_id, range)
);
