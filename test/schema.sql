-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table archives
  id text not null
  day date not null
  path text not null
  row_count bigint not null
  byte_count bigint not null
  min_time timestamp with time zone not null
  max_time timestamp with time zone not null
  sha256 text not null
  created_at timestamp with time zone not null
  removed_at timestamp with time zone
  constraint archives_path_key UNIQUE (path)
  constraint archives_pkey PRIMARY KEY (id)
  constraint archives_row_count_check CHECK ((row_count > 0))
  CREATE INDEX archives_live ON public.archives USING btree (day, max_time) WHERE (removed_at IS NULL)
  CREATE INDEX archives_removed ON public.archives USING btree (removed_at) WHERE (removed_at IS NOT NULL)

create table armings
  tenant_id text not null default 'default'::text
  rule_id text not null
  action text not null
  level text not null
  armed_by text not null
  armed_at timestamp with time zone not null
  shadow_seen integer not null
  constraint armings_pkey PRIMARY KEY (tenant_id, rule_id, action)

create table asset_keys
  tenant_id text not null
  site_id text not null
  type text not null
  value text not null
  asset_id text not null
  constraint asset_keys_pkey PRIMARY KEY (tenant_id, site_id, type, value)
  constraint asset_keys_tenant_id_site_id_asset_id_fkey FOREIGN KEY (tenant_id, site_id, asset_id) REFERENCES assets(tenant_id, site_id, id) ON DELETE CASCADE
  constraint asset_keys_type_check CHECK ((type = ANY (ARRAY['ip'::text, 'host'::text])))
  CREATE INDEX asset_keys_by_asset ON public.asset_keys USING btree (tenant_id, site_id, asset_id)

create table assets
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  id text not null
  name text not null
  owner text
  roles text[] not null default '{}'::text[]
  importance smallint not null default 2
  updated_at timestamp with time zone not null
  constraint assets_importance_check CHECK (((importance >= 1) AND (importance <= 4)))
  constraint assets_pkey PRIMARY KEY (tenant_id, site_id, id)

create table batch_claims with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000)
  consumer text not null
  batch_id bigint not null
  received_at timestamp with time zone not null
  constraint batch_claims_pkey PRIMARY KEY (consumer, batch_id)
  CREATE INDEX batch_claims_received ON public.batch_claims USING btree (received_at)

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

create table entities
  incident_id text not null
  tenant_id text not null
  site_id text not null
  type text not null
  value text not null
  role text not null
  is_trusted boolean not null
  importance smallint not null
  asset_roles text[] not null
  times_seen bigint not null
  last_finding_id text not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  constraint entities_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint entities_pkey PRIMARY KEY (incident_id, type, value, role)
  CREATE INDEX entities_acting ON public.entities USING btree (tenant_id, site_id, type, value, last_seen_at) WHERE (role = 'actor'::text)
  CREATE INDEX entities_by_value ON public.entities USING btree (tenant_id, site_id, type, value, last_seen_at)

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

create table evidence
  id text not null
  tenant_id text not null default 'default'::text
  incident_id text not null
  title text not null
  origin text not null
  media_type text not null
  size_bytes bigint not null
  sha256 text not null
  content bytea
  location text
  custody jsonb not null
  collected_by text not null
  collected_at timestamp with time zone not null
  constraint evidence_check CHECK (((content IS NULL) <> (location IS NULL)))
  constraint evidence_pkey PRIMARY KEY (id)
  constraint evidence_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
  CREATE INDEX evidence_by_incident ON public.evidence USING btree (incident_id, collected_at)

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

create table idempotency_keys
  actor text not null
  key text not null
  fingerprint bytea not null
  started_at timestamp with time zone not null
  status integer
  reply text
  constraint idempotency_keys_pkey PRIMARY KEY (actor, key)
  CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (started_at)

create table identities
  tenant_id text not null default 'default'::text
  name text not null
  roles text[] not null default '{}'::text[]
  owner text
  updated_at timestamp with time zone not null
  constraint identities_pkey PRIMARY KEY (tenant_id, name)

create table incident_causes
  incident_id text not null
  tenant_id text not null
  site_id text not null
  entity_type text not null
  entity_value text not null
  cause text not null
  is_open boolean not null
  constraint incident_causes_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint incident_causes_pkey PRIMARY KEY (incident_id, entity_type, entity_value, cause)
  CREATE INDEX incident_causes_by_pair ON public.incident_causes USING btree (tenant_id, site_id, entity_type, entity_value, cause)
  CREATE UNIQUE INDEX incident_causes_one_open ON public.incident_causes USING btree (tenant_id, site_id, entity_type, entity_value, cause) WHERE is_open

create table incident_claims
  id bigint not null generated always as identity
  incident_id text not null
  change text not null
  revision integer not null
  constraint incident_claims_change_check CHECK ((change = ANY (ARRAY['opened'::text, 'grew'::text, 'updated'::text, 'closed'::text, 'verdict'::text])))
  constraint incident_claims_pkey PRIMARY KEY (id)
  CREATE INDEX incident_claims_by_incident ON public.incident_claims USING btree (incident_id, id)

create table incident_findings
  incident_id text not null
  finding_id text not null
  is_current boolean not null
  reason text not null
  joined_by text not null
  joined_at timestamp with time zone not null
  rule_id text not null
  rule_title text not null
  severity_id smallint not null
  technique_ids text[] not null
  entity_type text not null
  entity_value text not null
  cause text not null
  event_count bigint not null
  constraint incident_findings_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint incident_findings_pkey PRIMARY KEY (incident_id, finding_id)
  CREATE INDEX incident_findings_by_finding ON public.incident_findings USING btree (finding_id)
  CREATE UNIQUE INDEX incident_findings_one_current ON public.incident_findings USING btree (finding_id) WHERE is_current

create table incident_numbers
  tenant_id text not null
  last_number bigint not null
  constraint incident_numbers_pkey PRIMARY KEY (tenant_id)

create table incidents
  id text not null
  number bigint not null
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  title text not null
  stage text not null
  status text not null
  severity_id smallint not null
  risk_score double precision not null
  risk_terms jsonb not null
  entity_type text not null
  entity_value text not null
  entity_reason text not null
  cause text not null
  finding_count integer not null
  event_count bigint not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  declared_at timestamp with time zone
  declared_by text
  assignee text
  verdict text
  verdict_by text
  is_demonstration boolean not null
  former_incident_id text
  merged_into_id text
  revision integer not null
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  resolved_at timestamp with time zone
  closed_at timestamp with time zone
  constraint incidents_pkey PRIMARY KEY (id)
  constraint incidents_stage_check CHECK ((stage = ANY (ARRAY['suspected'::text, 'declared'::text])))
  constraint incidents_status_check CHECK ((status = ANY (ARRAY['new'::text, 'in_progress'::text, 'on_hold'::text, 'resolved'::text, 'closed'::text])))
  CREATE UNIQUE INDEX incidents_by_number ON public.incidents USING btree (tenant_id, number)
  CREATE INDEX incidents_by_risk ON public.incidents USING btree (tenant_id, risk_score DESC, number DESC)
  CREATE INDEX incidents_open ON public.incidents USING btree (tenant_id, updated_at DESC) WHERE (status <> 'closed'::text)

create table indicators
  tenant_id text not null default 'default'::text
  id text not null
  type text not null
  value text not null
  source text not null
  confidence smallint not null
  valid_from timestamp with time zone not null
  valid_until timestamp with time zone
  updated_at timestamp with time zone not null
  constraint indicators_confidence_check CHECK (((confidence >= 0) AND (confidence <= 100)))
  constraint indicators_pkey PRIMARY KEY (tenant_id, id)
  CREATE INDEX indicators_by_value ON public.indicators USING btree (tenant_id, type, value)

create table ledger_checkpoints
  size bigint not null
  root bytea not null
  at timestamp with time zone not null
  note text not null
  exported_at timestamp with time zone
  constraint ledger_checkpoints_pkey PRIMARY KEY (size)
  CREATE INDEX ledger_checkpoints_unexported ON public.ledger_checkpoints USING btree (size) WHERE (exported_at IS NULL)
  CREATE TRIGGER keeps_rows BEFORE DELETE OR TRUNCATE ON public.ledger_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_rows()
  CREATE TRIGGER only_exported BEFORE UPDATE ON public.ledger_checkpoints FOR EACH ROW EXECUTE FUNCTION ledger_checkpoints_only_exported()

create table ledger_entries
  id text not null
  tenant_id text not null default 'default'::text
  at timestamp with time zone not null
  kind text not null
  actor text not null
  incident_id text
  subject text
  summary text not null
  body text not null
  leaf_hash bytea not null
  seq bigint
  constraint ledger_entries_leaf_hash_check CHECK ((octet_length(leaf_hash) = 32))
  constraint ledger_entries_pkey PRIMARY KEY (id)
  constraint ledger_entries_seq_check CHECK ((seq >= 0))
  constraint ledger_entries_seq_key UNIQUE (seq)
  CREATE INDEX ledger_entries_by_incident ON public.ledger_entries USING btree (incident_id, at, id) WHERE (incident_id IS NOT NULL)
  CREATE INDEX ledger_entries_by_subject ON public.ledger_entries USING btree (subject, at, id) WHERE (subject IS NOT NULL)
  CREATE INDEX ledger_entries_unsequenced ON public.ledger_entries USING btree (at, id) WHERE (seq IS NULL)
  CREATE TRIGGER keeps_rows BEFORE DELETE OR TRUNCATE ON public.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_rows()
  CREATE TRIGGER only_sequenced BEFORE UPDATE ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_entries_only_sequenced()

create table ledger_frontiers
  only_row boolean not null default true
  size bigint not null
  hashes bytea not null
  constraint ledger_frontiers_only_row_check CHECK (only_row)
  constraint ledger_frontiers_pkey PRIMARY KEY (only_row)

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

create table migrations
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

create table notes
  id text not null
  tenant_id text not null default 'default'::text
  incident_id text not null
  text text not null
  created_by text not null
  created_at timestamp with time zone not null
  constraint notes_pkey PRIMARY KEY (id)
  CREATE INDEX notes_by_incident ON public.notes USING btree (incident_id, created_at)

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

create table playbooks
  tenant_id text not null default 'default'::text
  id text not null
  version text not null
  content_hash text not null
  name text not null
  body jsonb not null
  loaded_at timestamp with time zone not null default now()
  constraint playbooks_pkey PRIMARY KEY (tenant_id, id, version)

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

create table protected_entities
  tenant_id text not null default 'default'::text
  range text not null
  reason text not null
  protected_by text not null
  protected_at timestamp with time zone not null
  constraint protected_entities_pkey PRIMARY KEY (tenant_id, range)

create table receipts
  source_id text not null
  idempotency_key text not null
  request_hash text not null
  answer text not null
  created_at timestamp with time zone not null
  constraint receipts_pkey PRIMARY KEY (source_id, idempotency_key)
  CREATE INDEX receipts_created ON public.receipts USING btree (created_at)

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

create table sessions
  token_hash bytea not null
  user_id text not null
  address text not null
  created_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint sessions_pkey PRIMARY KEY (token_hash)
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at)
  CREATE INDEX sessions_user ON public.sessions USING btree (user_id)

create table sign_in_attempts
  key text not null
  window_started_at timestamp with time zone not null
  count integer not null
  constraint sign_in_attempts_pkey PRIMARY KEY (key)

create table sites
  tenant_id text not null
  id text not null
  name text not null
  created_at timestamp with time zone not null default now()
  constraint sites_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
  constraint sites_pkey PRIMARY KEY (tenant_id, id)
  constraint sites_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)

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

create table tasks
  id text not null
  tenant_id text not null default 'default'::text
  incident_id text not null
  title text not null
  status text not null
  assignee text
  due_at timestamp with time zone
  created_by text not null
  created_at timestamp with time zone not null
  ended_by text
  ended_at timestamp with time zone
  constraint tasks_pkey PRIMARY KEY (id)
  constraint tasks_status_check CHECK ((status = ANY (ARRAY['open'::text, 'done'::text, 'cancelled'::text])))
  CREATE INDEX tasks_by_incident ON public.tasks USING btree (incident_id, created_at)

create table tenants
  id text not null
  name text not null
  created_at timestamp with time zone not null default now()
  constraint tenants_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
  constraint tenants_pkey PRIMARY KEY (id)

create table tokens
  id text not null
  tenant_id text not null default 'default'::text
  name text not null
  prefix text not null
  token_hash bytea not null
  scopes text[] not null
  created_by text not null
  created_at timestamp with time zone not null
  last_used_at timestamp with time zone
  expires_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint tokens_pkey PRIMARY KEY (id)
  constraint tokens_token_hash_key UNIQUE (token_hash)

create table users
  id text not null
  tenant_id text not null default 'default'::text
  name text not null
  role text not null
  password_hash text not null
  must_change_password boolean not null
  is_disabled boolean not null default false
  created_at timestamp with time zone not null
  last_sign_in_at timestamp with time zone
  constraint users_pkey PRIMARY KEY (id)
  constraint users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'responder'::text, 'analyst'::text, 'viewer'::text, 'ingest'::text])))
  CREATE UNIQUE INDEX users_name ON public.users USING btree (tenant_id, lower(name))

create table verdicts
  id text not null
  tenant_id text not null
  incident_id text not null
  verdict text not null
  comment text not null
  by text not null
  at timestamp with time zone not null
  rule_ids text[] not null
  constraint verdicts_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint verdicts_pkey PRIMARY KEY (id)
  CREATE INDEX verdicts_by_incident ON public.verdicts USING btree (incident_id, at)
  CREATE INDEX verdicts_by_rule ON public.verdicts USING gin (rule_ids)

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
  constraint windows_pkey PRIMARY KEY (rule_id, group_hash)
  CREATE INDEX windows_eviction ON public.windows USING btree (rule_id, has_episode, entry_count, touched_at)
  CREATE INDEX windows_expires ON public.windows USING btree (expires_at)

create sequence event_batch_ids as bigint start 1 increment 64

CREATE OR REPLACE FUNCTION public.ledger_checkpoints_only_exported()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  allowed ledger_checkpoints := old;
begin
  allowed.exported_at := new.exported_at;
  if old.exported_at is not null or new is distinct from allowed then
    raise exception 'ledger_checkpoints is append-only (size %)', old.size using errcode = 'restrict_violation';
  end if;
  return new;
end $function$


CREATE OR REPLACE FUNCTION public.ledger_entries_only_sequenced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  allowed ledger_entries := old;
begin
  allowed.seq := new.seq;
  if old.seq is not null or new.seq is null or new is distinct from allowed then
    raise exception 'ledger_entries is append-only (entry %)', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $function$


CREATE OR REPLACE FUNCTION public.ledger_keeps_rows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$

