-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table armings
  tenant_id text not null default 'default'::text
  rule_id text not null
  action text not null
  level text not null
  armed_by text not null
  armed_at timestamp with time zone not null
  shadow_seen integer not null
  constraint armings_pkey PRIMARY KEY (tenant_id, rule_id, action)

create table budgets
  tenant_id text not null default 'default'::text
  name text not null
  starts_at timestamp with time zone not null
  used integer not null
  cap integer not null
  constraint budgets_pkey PRIMARY KEY (tenant_id, name, starts_at)

create table containments
  id text not null
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  kind text not null
  target text not null
  status text not null
  level text not null
  reason text not null
  decision jsonb not null
  request jsonb not null
  requested_by text not null
  incident_id text
  rule_id text
  playbook_id text
  step_id text
  execution_id text
  occasion integer not null default 0
  verification jsonb not null
  escalation integer not null default 0
  duration_s integer not null
  refire_count integer not null default 0
  is_wrong boolean not null default false
  is_demonstration boolean not null default false
  created_at timestamp with time zone not null
  ordered_at timestamp with time zone
  in_force_at timestamp with time zone
  expires_at timestamp with time zone
  released_at timestamp with time zone
  release_reason text
  released_by text
  approval_reason text
  approved_by text
  adopted_at timestamp with time zone
  revision integer not null default 1
  constraint containments_check CHECK (((status <> ALL (ARRAY['ordered'::text, 'in_force'::text, 'uncertain'::text, 'unverifiable'::text])) OR (expires_at IS NOT NULL)))
  constraint containments_duration_s_check CHECK ((duration_s > 0))
  constraint containments_pkey PRIMARY KEY (id)
  CREATE INDEX containments_by_incident ON public.containments USING btree (incident_id, created_at) WHERE (incident_id IS NOT NULL)
  CREATE INDEX containments_by_rule ON public.containments USING btree (tenant_id, rule_id, kind, created_at DESC) WHERE (rule_id IS NOT NULL)
  CREATE INDEX containments_by_target ON public.containments USING btree (tenant_id, target, created_at DESC)
  CREATE INDEX containments_by_time ON public.containments USING btree (tenant_id, created_at DESC, id DESC)
  CREATE INDEX containments_live ON public.containments USING btree (expires_at) WHERE (status = ANY (ARRAY['proposed'::text, 'awaiting_approval'::text, 'ordered'::text, 'in_force'::text, 'uncertain'::text, 'unverifiable'::text, 'releasing'::text]))
  CREATE INDEX containments_releasing ON public.containments USING btree (id) WHERE (status = 'releasing'::text)

create table enforcement_points
  id text not null
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  host text not null
  kind text not null
  level text not null
  is_demonstration boolean not null default false
  epoch integer not null default 0
  holder text
  leased_until timestamp with time zone
  last_seen_at timestamp with time zone
  is_connected boolean not null default false
  detail text not null default ''::text
  created_at timestamp with time zone not null
  retired_at timestamp with time zone
  constraint enforcement_points_pkey PRIMARY KEY (id)

create table enforcements
  containment_id text not null
  point_id text not null
  tenant_id text not null default 'default'::text
  state text not null default 'pending'::text
  applied_at timestamp with time zone
  repairs integer not null default 0
  dropped_packets bigint not null default 0
  detail text not null default ''::text
  constraint enforcements_containment_id_fkey FOREIGN KEY (containment_id) REFERENCES containments(id) ON DELETE CASCADE
  constraint enforcements_pkey PRIMARY KEY (containment_id, point_id)
  constraint enforcements_point_id_fkey FOREIGN KEY (point_id) REFERENCES enforcement_points(id)
  CREATE INDEX enforcements_open ON public.enforcements USING btree (point_id) WHERE (state <> 'released'::text)
  CREATE INDEX enforcements_pending ON public.enforcements USING btree (point_id) WHERE (state = 'pending'::text)

create table execution_requests
  id bigint not null generated always as identity
  execution_id text not null
  kind text not null
  request_key text not null default ''::text
  body jsonb not null default '{}'::jsonb
  requested_at timestamp with time zone not null default now()
  dispatched_at timestamp with time zone
  constraint execution_requests_execution_id_kind_request_key_key UNIQUE (execution_id, kind, request_key)
  constraint execution_requests_kind_check CHECK ((kind = ANY (ARRAY['start'::text, 'cancel'::text, 'signal'::text, 'delay'::text])))
  constraint execution_requests_pkey PRIMARY KEY (id)
  CREATE INDEX execution_requests_waiting ON public.execution_requests USING btree (id) WHERE (dispatched_at IS NULL)

create table executions
  id text not null
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  playbook_id text not null
  playbook_version text not null
  playbook_name text not null
  incident_id text
  status text not null default 'requested'::text
  status_text text not null default ''::text
  inputs jsonb not null
  requested_by text not null
  is_demonstration boolean not null default false
  executor_id text
  recoveries integer not null default 0
  requested_at timestamp with time zone not null default now()
  started_at timestamp with time zone
  finished_at timestamp with time zone
  constraint executions_pkey PRIMARY KEY (id)
  CREATE INDEX executions_by_incident ON public.executions USING btree (incident_id, requested_at)
  CREATE INDEX executions_recent ON public.executions USING btree (tenant_id, requested_at DESC)
  CREATE INDEX executions_running ON public.executions USING btree (executor_id) WHERE (finished_at IS NULL)

create table executors
  id text not null
  host text not null
  pid integer not null
  backend_pid integer not null
  started_at timestamp with time zone not null default now()
  seen_at timestamp with time zone not null default now()
  constraint executors_pkey PRIMARY KEY (id)

create table notifications
  id text not null
  tenant_id text not null default 'default'::text
  execution_id text
  incident_id text
  notifier text not null
  title text not null
  status text not null
  detail text not null default ''::text
  attempts integer not null default 0
  created_at timestamp with time zone not null default now()
  finished_at timestamp with time zone
  constraint notifications_pkey PRIMARY KEY (id)
  constraint notifications_status_check CHECK ((status = ANY (ARRAY['attempting'::text, 'delivered'::text, 'uncertain'::text, 'failed'::text])))
  CREATE INDEX notifications_by_incident ON public.notifications USING btree (incident_id, created_at)

create table playbooks
  tenant_id text not null default 'default'::text
  id text not null
  version text not null
  content_hash text not null
  name text not null
  body jsonb not null
  loaded_at timestamp with time zone not null default now()
  constraint playbooks_pkey PRIMARY KEY (tenant_id, id, version)

create table protected_entities
  tenant_id text not null default 'default'::text
  range text not null
  reason text not null
  protected_by text not null
  protected_at timestamp with time zone not null
  constraint protected_entities_pkey PRIMARY KEY (tenant_id, range)

create table step_executions
  execution_id text not null
  step_id text not null
  iteration integer not null
  command_index integer not null default 0
  step_type text not null
  step_name text not null
  command_type text not null default ''::text
  effect_key text not null
  status text not null
  status_text text not null default ''::text
  outputs jsonb not null default '{}'::jsonb
  attempts integer not null default 1
  executor_id text
  started_at timestamp with time zone not null default now()
  finished_at timestamp with time zone
  constraint step_executions_execution_id_fkey FOREIGN KEY (execution_id) REFERENCES executions(id) ON DELETE CASCADE
  constraint step_executions_pkey PRIMARY KEY (execution_id, step_id, iteration, command_index)
  CREATE INDEX step_executions_in_order ON public.step_executions USING btree (execution_id, started_at)
